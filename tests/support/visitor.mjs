// A browser without a screen: cookies, redirects and HTML forms over plain HTTP.
import { Agent, request } from "node:http";
import { once } from "node:events";

const entities = { amp: "&", lt: "<", gt: ">", quot: '"', "#x27": "'", "#39": "'", "#x2f": "/", "#x3D": "=" };
const decode = (text) => text.replace(/&([a-z0-9#]+);/gi, (whole, name) =>
  entities[name] ?? (name.startsWith("#x") ? String.fromCodePoint(parseInt(name.slice(2), 16)) : whole));

function attributesOf(tag) {
  const attributes = {};
  for (const [, name, quoted, bare] of tag.matchAll(/([a-z_:][-\w:.]*)(?:\s*=\s*(?:"([^"]*)"|([^\s"'>]+)))?/gi)) {
    attributes[name.toLowerCase()] = decode(quoted ?? bare ?? "");
  }
  return attributes;
}

const tagsOf = (html, names) => [...html.matchAll(new RegExp(`<(${names})\\b((?:[^>"]|"[^"]*")*)>`, "gi"))]
  .map(([, tag, rest]) => ({ ...attributesOf(rest), tag: tag.toLowerCase() }));

/** One answer, read as a page. */
export class Page {
  constructor(url, status, headers, body) {
    Object.assign(this, { url, status, headers, body });
  }

  get #main() {
    return tagsOf(this.body, "main")[0] ?? {};
  }

  get id() {
    return this.#main["data-page"];
  }

  get message() {
    return this.#main["data-message"];
  }

  get location() {
    return this.headers.location && new URL(this.headers.location, this.url).href;
  }

  get errors() {
    return tagsOf(this.body, "\\w+").map((tag) => tag["data-error"]).filter(Boolean);
  }

  get supportCode() {
    return this.body.match(/data-support-code[^>]*>([^<]*)</)?.[1];
  }

  /** 照合番号 of the key page. */
  get reference() {
    return this.body.match(/data-reference[^>]*>([^<]*)</)?.[1];
  }

  link(name) {
    const tag = tagsOf(this.body, "a").find((one) => one["data-link"] === name);
    return tag && new URL(tag.href, this.url).href;
  }

  get json() {
    return JSON.parse(this.body);
  }

  /**
   * The form that has a control of this name (and value), or the first one of the page's content,
   * with what a browser would send when its button is pressed.
   */
  form(control, value) {
    const within = control ? this.body : this.body.slice(this.body.indexOf("<main"));
    for (const [, head, inner] of within.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/gi)) {
      const tags = tagsOf(inner, "input|button|select|textarea");
      if (control && !tags.some((tag) => tag.name === control && (value === undefined || tag.value === value))) continue;
      const { action = "", method = "get" } = attributesOf(head);
      const fields = new URLSearchParams();
      for (const tag of tags) {
        if (tag.tag === "input" && tag.name && !["submit", "checkbox", "radio"].includes(tag.type)) {
          fields.set(tag.name, tag.value ?? "");
        }
      }
      return { url: new URL(action, this.url).href, method: method.toLowerCase(), fields };
    }
    return undefined;
  }
}

export class Visitor {
  #cookies = new Map();
  #agent = new Agent({ keepAlive: true });

  constructor({ language = "ja", hooks = {} } = {}) {
    Object.assign(this, { language, hooks });
  }

  close() {
    this.#agent.destroy();
  }

  /** A second browser with the same cookies, as they are now. */
  copy() {
    const copy = new Visitor({ language: this.language });
    for (const [name, value] of this.#cookies) copy.#cookies.set(name, value);
    return copy;
  }

  /** Names of the cookies held now. */
  get cookies() {
    return [...this.#cookies.keys()];
  }

  async send(method, url, { fields, headers = {} } = {}) {
    const target = new URL(url);
    const body = fields && new URLSearchParams(fields).toString();
    const all = {
      host: target.host,
      accept: "text/html,*/*;q=0.8",
      "accept-language": this.language,
      ...(this.#cookies.size && { cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ") }),
      ...(body !== undefined && {
        "content-type": "application/x-www-form-urlencoded",
        "content-length": Buffer.byteLength(body),
        origin: target.origin,
        "sec-fetch-site": "same-origin",
      }),
      ...headers,
    };
    const options = {
      method, agent: this.#agent,
      headers: Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)),
    };
    try {
      const call = request({ host: "127.0.0.1", port: target.port, path: target.pathname + target.search, ...options });
      call.end(body);
      this.hooks.sent?.();
      const [answer] = await once(call, "response");
      let text = "";
      answer.setEncoding("utf8");
      for await (const chunk of answer) text += chunk;
      for (const line of answer.headers["set-cookie"] ?? []) this.#keep(line);
      return new Page(url, answer.statusCode, answer.headers, text);
    } finally {
      await this.hooks.settled?.();
    }
  }

  #keep(line) {
    const [pair, ...attributes] = line.split(";");
    const [name, ...value] = pair.split("=");
    const over = attributes.some((attribute) => /^\s*max-age=(0|-\d+)\s*$/i.test(attribute));
    if (over) this.#cookies.delete(name.trim());
    else this.#cookies.set(name.trim(), value.join("=").trim());
  }

  /** Follows redirects as a browser does, but stops before an address for which `stop` is true. */
  async follow(page, stop = () => false) {
    let seen = page;
    for (let hops = 0; seen.location && seen.status >= 300 && seen.status < 400; hops += 1) {
      if (hops > 20) throw new Error(`redirects without end at ${seen.url}`);
      if (stop(seen.location)) return seen;
      seen = await this.send("GET", seen.location);
    }
    return seen;
  }

  async get(url, stop) {
    return this.follow(await this.send("GET", url), stop);
  }

  /** Presses the button `action` (or the only one) of the form that holds `control`, after filling in `values`. */
  async press(page, values, { action, stop, control } = {}) {
    const form = page.form(control ?? (action ? "action" : Object.keys(values)[0]), action && !control ? action : undefined);
    if (!form) throw new Error(`no such form on ${page.id} at ${page.url} (${page.status}); it says: ${page.errors}`);
    for (const [name, value] of Object.entries(values)) form.fields.set(name, value);
    if (action) form.fields.set("action", action);
    return this.follow(await this.send("POST", form.url, { fields: form.fields }), stop);
  }
}
