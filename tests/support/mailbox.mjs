// Reads the demo's mailbox: each mail is handed out once, and waited for.
import { setInterval } from "node:timers/promises";

/** A mail that did not come in time. */
export class NoMail extends Error {}

export class Mailbox {
  #seen = new Set();
  patience = 20_000;

  constructor(address) {
    this.address = address;
  }

  /** Newest first. */
  async all(to) {
    const answer = await fetch(`${this.address}/api/messages?to=${encodeURIComponent(to)}`);
    return answer.json();
  }

  /** The oldest mail to this address that nobody has asked for yet, as soon as it is there. */
  async next(to, wanted = () => true) {
    const until = Date.now() + this.patience;
    for await (const _ of setInterval(25)) {
      const fresh = (await this.all(to)).reverse().filter((mail) => !this.#seen.has(mail.id));
      const mail = fresh.find(wanted);
      if (mail) {
        this.#seen.add(mail.id);
        return mail;
      }
      if (Date.now() > until) throw new NoMail(`no mail to ${to} within ${this.patience / 1000} s`);
    }
    throw new Error("unreachable");
  }

  /** Takes everything that has come so far as read. */
  async skip(to) {
    for (const mail of await this.all(to)) this.#seen.add(mail.id);
  }

  async nextLink(to) {
    return linkIn(await this.next(to, (mail) => /\/link\//.test(mail.text)));
  }

  /** With a reference (照合番号): the key of exactly that mail. */
  async nextKey(to, reference) {
    return keyIn(await this.next(to, (mail) => reference ? referenceIn(mail) === reference : referenceIn(mail)));
  }
}

export const linkIn = (mail) => mail.text.match(/^\s*(https?:\/\/\S+\/link\/\S+)\s*$/m)[1];
/** The short code of a mail with a link (M-01, M-03, M-05). */
export const codeIn = (mail) => mail.text.match(/(?:確認コード：|Confirmation code: |[:：]\s*)(\d{6})\s*$/m)[1];
/** The authentication key (M-02) and its reference (照合番号). */
export const keyIn = (mail) => mail.text.match(/(?:^|[:：]\s*)(\d{6})\s*$/m)[1];
export const referenceIn = (mail) => mail.text.match(/(?:照合番号|Reference|核对编号|대조 번호)\s*[:：]\s*(\S+)/)?.[1];
