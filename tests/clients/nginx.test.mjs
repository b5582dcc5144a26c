// nginx with the example in config/examples before the provider: clients that show certificates (RFC 8705), and the TLS that FAPI 2.0 asks for.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { X509Certificate, createHash } from "node:crypto";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { Agent, request } from "node:https";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { setInterval } from "node:timers/promises";
import { connect as connectTls } from "node:tls";
import { Demo } from "../support/demo.mjs";

const nginx = process.env.IDP_TEST_NGINX ?? "/usr/sbin/nginx";
const example = resolve(import.meta.dirname, "../../config/examples/nginx-mtls.conf");
const host = "id.example.ac.jp"; // the example's
const subject = "/O=Test University/CN=rp";
let folder;
let demo;
let proxy;
let shown; // certificates by name, each with its key

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "idp-nginx-"));
  await chmod(folder, 0o755); // the workers are another user
  shown = await certificates();
  demo = await Demo.start({
    clients: register,
    args: ["--issuer", `https://${host}`],
    env: { IDP__SERVER__CLIENT_CERTIFICATE_HEADER: "Client-Cert" },
  });
  await writeFile(join(folder, "nginx.conf"), configuration(await readFile(example, "utf8")));
  proxy = spawn(nginx, ["-e", join(folder, "error.log"), "-p", folder, "-c", join(folder, "nginx.conf")], { stdio: ["ignore", "inherit", "inherit"] });
  for await (const _ of setInterval(25)) {
    if (proxy.exitCode !== null) throw new Error("nginx does not take the example");
    if (await answers(demo.sparePort)) break;
  }
  // waits inside the provider until the tenant has its keys
  assert.equal((await call("/jwks")).status, 200);
});

after(async () => {
  if (proxy && proxy.exitCode === null) {
    proxy.kill("SIGTERM");
    await once(proxy, "exit");
  }
  await demo?.stop();
  if (folder) await rm(folder, { recursive: true, force: true });
});

const answers = (port) => new Promise((done) => {
  const socket = connect(port, "127.0.0.1", () => { socket.destroy(); done(true); });
  socket.once("error", () => done(false));
});

/** The authorities, the server, and what clients show: of the known authority, of an unknown one, and their own. */
async function certificates() {
  const openssl = (...words) => execFileSync("openssl", words, { cwd: folder, stdio: "pipe" });
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const selfSigned = (name, subject, ...more) =>
    openssl("req", "-x509", ...key, "-days", "2", "-subj", subject, "-keyout", `${name}.key`, "-out", `${name}.pem`, ...more);
  const signed = (name, subject, authority, ...more) => {
    openssl("req", ...key, "-subj", subject, "-keyout", `${name}.key`, "-out", `${name}.csr`, ...more);
    openssl("x509", "-req", "-in", `${name}.csr`, "-CA", `${authority}.pem`, "-CAkey", `${authority}.key`,
      "-CAcreateserial", "-days", "2", "-copy_extensions", "copy", "-out", `${name}.pem`);
  };
  const authority = ["-addext", "basicConstraints=critical,CA:TRUE"];
  selfSigned("authority", "/CN=authority", ...authority);
  selfSigned("stranger", "/CN=stranger", ...authority);
  selfSigned("impostor", "/CN=authority", ...authority);
  signed("server", `/CN=${host}`, "authority", "-addext", `subjectAltName=DNS:${host}`);
  signed("known", subject, "authority");
  signed("other", "/O=Test University/CN=other", "authority");
  signed("strange", subject, "stranger");
  signed("forged", subject, "impostor");
  selfSigned("own", "/CN=whatever", "-addext", "basicConstraints=critical,CA:FALSE");
  selfSigned("pretender", subject, "-addext", "basicConstraints=critical,CA:FALSE");
  const read = async (name) => ({ cert: await readFile(join(folder, `${name}.pem`), "utf8"), key: await readFile(join(folder, `${name}.key`), "utf8") });
  const names = ["authority", "known", "other", "strange", "forged", "own", "pretender"];
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await read(name)])));
}

/** `named` is known by its name in a certificate, `keyed` by the key of its own one. */
async function register() {
  const clients = join(folder, "clients");
  await mkdir(clients);
  const file = (id, lines) => writeFile(join(clients, `${id}.toml`), `
client_name = "${id}"
grant_types = ["client_credentials"]
scope = "profile"
tls_client_certificate_bound_access_tokens = true
${lines}
`);
  await file("named", `token_endpoint_auth_method = "tls_client_auth"
tls_client_auth_subject_dn = "CN=rp,O=Test University"`);
  const { kty, crv, x, y } = new X509Certificate(shown.own.cert).publicKey.export({ format: "jwk" });
  await file("keyed", `token_endpoint_auth_method = "self_signed_tls_client_auth"
jwks = { keys = [{ kty = "${kty}", crv = "${crv}", x = "${x}", y = "${y}", kid = "own" }] }`);
  return clients;
}

/** The example as it stands there, but for ports and paths. */
function configuration(text) {
  const here = [
    ["listen 443 ssl http2;", `listen 127.0.0.1:${demo.sparePort} ssl http2;`],
    ["listen [::]:443 ssl http2;", ""],
    [`/etc/nginx/${host}.pem`, join(folder, "server.pem")],
    [`/etc/nginx/${host}.key`, join(folder, "server.key")],
    ["/etc/nginx/client-authorities.pem", join(folder, "authority.pem")],
    ["http://127.0.0.1:8080", `http://127.0.0.1:${demo.port}`],
  ];
  const adapted = here.reduce((text, [there, here]) => {
    assert.equal(text.split(there).length, 2, `the example says "${there}" once`);
    return text.replace(there, here);
  }, text.replaceAll(/^ *#.*$/gm, ""));
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${folder}/${name};`);
  return `daemon off; pid ${folder}/nginx.pid; events {}
http { access_log off; ${temporary.join(" ")}
${adapted} }`;
}

/** One request through nginx; `certificate` is what the connection shows. */
function call(path, { form, certificate, headers = {} } = {}) {
  const agent = new Agent({ ca: shown.authority.cert, servername: host, ...certificate, maxCachedSessions: 0 });
  const body = form && new URLSearchParams(form).toString();
  const type = body && { "content-type": "application/x-www-form-urlencoded" };
  return new Promise((done, failed) => {
    const sent = request({
      agent, path, host: "127.0.0.1", port: demo.sparePort, method: form ? "POST" : "GET", headers: { host, ...type, ...headers },
    }, async (answer) => {
      let text = "";
      for await (const chunk of answer.setEncoding("utf8")) text += chunk;
      agent.destroy();
      done({ status: answer.statusCode, body: text.startsWith("{") ? JSON.parse(text) : text });
    });
    sent.once("error", failed).end(body);
  });
}

const token = (client, options = {}) =>
  call("/token", { ...options, form: { grant_type: "client_credentials", client_id: client } });

const refused = ({ status, body }, why) => assert.deepEqual([status, body.error], [401, "invalid_client"], why);

const thumbprint = (certificate) =>
  createHash("sha256").update(new X509Certificate(certificate.cert).raw).digest("base64url");

/** The certificate in both spellings that the provider reads: RFC 9440's, and nginx's own. */
const spellings = (certificate) =>
  [`:${new X509Certificate(certificate.cert).raw.toString("base64")}:`, encodeURIComponent(certificate.cert)];

test("a certificate of a known authority authenticates the client that it names, and its token is bound to it", async () => {
  const answer = await token("named", { certificate: shown.known });
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  const told = await call("/introspect", {
    certificate: shown.known, form: { client_id: "named", token: answer.body.access_token },
  });
  assert.equal(told.body.active, true);
  assert.deepEqual(told.body.cnf, { "x5t#S256": thumbprint(shown.known) });
});

test("a certificate of its own authenticates a client by its key", async () => {
  const answer = await token("keyed", { certificate: shown.own });
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
});

test("nobody else's certificate does", async () => {
  refused(await token("named"), "none at all");
  refused(await token("keyed"), "none at all");
  refused(await token("named", { certificate: shown.other }), "another name");
  refused(await token("named", { certificate: shown.strange }), "the name, by another authority");
  assert.equal((await token("named", { certificate: shown.forged })).status, 400, "by one of the known one's name: nginx itself refuses");
  refused(await token("named", { certificate: shown.pretender }), "the name, signed by itself");
  refused(await token("keyed", { certificate: shown.known }), "another key");
  refused(await token("keyed", { certificate: shown.pretender }), "another key of its own");
});

test("a header from outside is worth nothing", async () => {
  for (const [client, certificate] of [["named", shown.known], ["keyed", shown.own]]) {
    for (const header of spellings(certificate)) {
      for (const name of ["client-cert", "Client-Cert", "Client_Cert"]) {
        refused(await token(client, { headers: { [name]: header } }), `${client}: ${name} and no certificate`);
        refused(await token(client, { headers: { [name]: header }, certificate: shown.other }), `${client}: ${name} beside another's`);
      }
      refused(await token(client, { headers: { "client-cert": [header, header] } }), `${client}: two of them`);
    }
  }
  const answer = await token("named", { headers: { "client-cert": spellings(shown.other)[0] }, certificate: shown.known });
  assert.equal(answer.status, 200, "the connection's own certificate counts");
});

test("TLS 1.2 is spoken with the suites of RFC 9325 only, and 1.3 by default", async () => {
  const speaks = (options) => new Promise((done) => {
    const socket = connectTls({ host: "127.0.0.1", port: demo.sparePort, servername: host, ca: shown.authority.cert, ...options });
    socket.once("secureConnect", () => { done(`${socket.getProtocol()} ${socket.getCipher().name}`); socket.destroy(); });
    socket.once("error", () => done("refused"));
  });
  assert.match(await speaks({}), /^TLSv1\.3 /);
  assert.match(await speaks({ maxVersion: "TLSv1.2" }), /^TLSv1\.2 ECDHE-ECDSA-AES(128|256)-GCM-/);
  assert.equal(await speaks({ maxVersion: "TLSv1.2", ciphers: "ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA384" }), "refused");
  assert.equal(await speaks({ minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "ALL:@SECLEVEL=0" }), "refused");
});
