// Starts `idp demo` on free ports with a data folder of its own, and ends it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Mailbox } from "./mailbox.mjs";

const root = resolve(import.meta.dirname, "../..");
export const binary = process.env.IDP_BIN ?? join(process.env.CARGO_TARGET_DIR ?? join(root, "target"), "debug/idp");

/** Ports of a demo beside its first one (contract, "The demo"). */
const beside = [0, 1, 2, 3, 4, 25];
const blockSize = 32;

async function listen(port) {
  const server = createServer();
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return server;
}

const free = (port) => listen(port).then((server) => new Promise((done) => server.close(() => done(true))), () => false);

/** A block of ports below the range that outgoing connections use. Its last port is held for as long as it is ours. */
async function claimPorts() {
  const blocks = Math.floor((32_000 - 10_000) / blockSize);
  const first = Math.floor(Math.random() * blocks);
  for (let step = 0; step < blocks; step += 1) {
    const port = 10_000 + ((first + step) % blocks) * blockSize;
    const claim = await listen(port + blockSize - 1).catch(() => null);
    if (!claim) continue;
    const answers = await Promise.all(beside.map((offset) => free(port + offset)));
    if (answers.every(Boolean)) {
      claim.unref();
      return { port, release: () => claim.close() };
    }
    claim.close();
  }
  throw new Error("no free block of ports for the demo");
}

export class Demo {
  #claim;
  #child;
  #options;

  /** `clients`: a folder of client files, or a function that makes one once the ports are known; `env`: settings from the environment; `args`: further arguments. */
  static async start(options = {}) {
    const demo = new Demo();
    demo.#options = options;
    demo.#claim = await claimPorts();
    demo.ownData = !options.data;
    demo.data = options.data ?? (await mkdtemp(join(tmpdir(), "idp-demo-")));
    const at = (offset) => `http://localhost:${demo.#claim.port + offset}`;
    Object.assign(demo, {
      port: demo.#claim.port, issuer: at(0), university: at(1), service: at(2), mailbox: at(3), admin: at(4),
    });
    demo.mails = new Mailbox(demo.mailbox);
    if (typeof options.clients === "function") demo.#options = { ...options, clients: await options.clients(demo) };
    await demo.run();
    return demo;
  }

  /** Starts the process (again, on the same ports and data) and returns when every listener answers. */
  async run() {
    const { clients, env = {}, args = [] } = this.#options;
    const words = ["demo", "--port", String(this.port), "--data", this.data, ...args];
    if (clients) words.push("--clients", clients);
    const child = spawn(binary, words, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
    this.#child = child;
    const orphan = () => child.kill("SIGKILL");
    process.once("exit", orphan);
    child.once("exit", () => process.off("exit", orphan));
    this.log = "";
    this.ended = once(child, "exit");
    const said = (chunk) => { this.log += chunk; };
    child.stderr.setEncoding("utf8").on("data", said);
    const listening = new Promise((done) => {
      child.stdout.setEncoding("utf8").on("data", (chunk) => {
        said(chunk);
        // the table of addresses is printed once everything listens
        if (this.log.includes(`${this.mailbox}`)) done("listening");
      });
    });
    const failed = this.ended.then(() => "ended");
    if ((await Promise.race([listening, failed])) === "ended") {
      throw new Error(`idp demo ended at once:\n${this.log}`);
    }
    // waits inside the provider until the tenant has its keys
    await (await fetch(`${this.issuer}/jwks`)).arrayBuffer();
    return this;
  }

  /** A port beside the demo's own, for a server of the test's. */
  get sparePort() {
    return this.port + 10;
  }

  get pid() {
    return this.#child.pid;
  }

  /** The end that no program can prepare for. */
  async kill() {
    this.#child.kill("SIGKILL");
    await this.ended;
  }

  async stop() {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill("SIGTERM");
    const [code, signal] = await this.ended;
    this.#claim.release();
    if (this.ownData) await rm(this.data, { recursive: true, force: true });
    return { code, signal };
  }
}
