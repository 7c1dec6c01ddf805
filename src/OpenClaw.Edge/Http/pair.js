// The landing page's script. Makes a key for this browser where the original's web page keeps its own, introduces it with a one-time token
// that the six digits were traded for, and then lists the devices that wait for approval.
(async () => {
  'use strict';
  const $ = (id) => document.getElementById(id);
  const say = (text) => { $('say').textContent = text; };
  const wide = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
  const utf8 = (text) => new TextEncoder().encode(text);
  const keyName = 'openclaw-device-identity-v1';
  const socketUrl = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}`;
  const tokenName = `openclaw.device.auth.v1:${socketUrl}`;
  const scopes = ['operator.admin', 'operator.read', 'operator.write', 'operator.approvals', 'operator.pairing'];
  const client = { id: 'openclaw-control-ui', version: '1.0.0', platform: navigator.platform || 'web', mode: 'webchat' };
  const stored = (name) => { try { return JSON.parse(localStorage.getItem(name)); } catch { return null; } };

  if (!window.isSecureContext || !crypto.subtle) { say('This page pairs over https only.'); return; }

  async function identity() {
    const known = stored(keyName);
    if (known?.version === 1 && known.privateKey && known.publicKey && known.deviceId) return known;
    const pair = await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify']);
    const jwk = await crypto.subtle.exportKey('jwk', pair.privateKey);
    const raw = await crypto.subtle.exportKey('raw', pair.publicKey);
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', raw));
    const made = { version: 1, deviceId: [...hash].map((b) => b.toString(16).padStart(2, '0')).join(''), publicKey: wide(raw), privateKey: jwk.d, createdAtMs: Date.now() };
    localStorage.setItem(keyName, JSON.stringify(made));
    return made;
  }

  // Resolves with what calls methods, or throws the gateway's refusal.
  async function connect(auth, onEvent) {
    const me = await identity();
    const key = await crypto.subtle.importKey('jwk', { kty: 'OKP', crv: 'Ed25519', d: me.privateKey, x: me.publicKey }, 'Ed25519', false, ['sign']);
    const socket = new WebSocket(`${socketUrl}/`);
    const waiting = new Map();
    let next = 0;
    const call = (method, params) => new Promise((resolve, reject) => {
      waiting.set(String(++next), { resolve, reject });
      socket.send(JSON.stringify({ type: 'req', id: String(next), method, params }));
    });
    return new Promise((resolve, reject) => {
      const end = () => { for (const { reject: fail } of waiting.values()) fail(new Error('the connection ended')); reject(new Error('the connection ended')); onEvent('closed'); };
      socket.onclose = end;
      socket.onmessage = async ({ data }) => {
        const frame = JSON.parse(data);
        if (frame.type === 'res') {
          const asked = waiting.get(frame.id);
          waiting.delete(frame.id);
          frame.ok ? asked?.resolve(frame.payload) : asked?.reject(new Error(frame.error.message));
        } else if (frame.event === 'connect.challenge') {
          const { nonce, ts } = frame.payload;
          const token = auth.deviceToken ?? auth.bootstrapToken;
          const line = ['v2', me.deviceId, client.id, client.mode, 'operator', scopes.join(), ts, token, nonce].join('|');
          const signature = wide(await crypto.subtle.sign('Ed25519', key, utf8(line)));
          try {
            const hello = await call('connect', { minProtocol: 4, maxProtocol: 4, client, role: 'operator', scopes, auth, device: { id: me.deviceId, publicKey: me.publicKey, signature, signedAt: ts, nonce } });
            if (hello.auth?.deviceToken) {
              const operator = { token: hello.auth.deviceToken, role: 'operator', scopes: hello.auth.scopes, updatedAtMs: Date.now() };
              localStorage.setItem(tokenName, JSON.stringify({ version: 1, deviceId: me.deviceId, tokens: { operator } }));
            }
            resolve(call);
          } catch (refused) { socket.onclose = null; socket.close(); reject(refused); }
        } else onEvent(frame.event);
      };
    });
  }

  async function ask(body) {
    const response = await fetch('/pair', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.error.message);
    return answer;
  }

  function button(text, act) {
    const made = document.createElement('button');
    made.textContent = text;
    made.onclick = () => act().catch((error) => say(error.message));
    return made;
  }

  async function enter(auth) {
    let call;
    const draw = async () => {
      const { pending } = await call('device.pair.list', {});
      $('wait').replaceChildren(...pending.map((device) => {
        const row = document.createElement('li');
        row.append(`${device.displayName ?? device.clientId} (${device.role}; ${device.scopes.join(', ') || 'no scopes'}) ${device.remoteIp ?? ''} `,
          button('Approve', () => call('device.pair.approve', { requestId: device.requestId })), button('Reject', () => call('device.pair.reject', { requestId: device.requestId })));
        return row;
      }));
      if (pending.length === 0) $('wait').textContent = 'none';
    };
    call = await connect(auth, (event) => {
      if (event === 'closed') say('The connection ended. Load the page again.');
      else if (event.startsWith('device.pair.') && call) draw().catch((error) => say(error.message));
    });
    $('enter').hidden = true;
    $('home').hidden = false;
    $('more').onclick = () => call('edge.pair.code', {}).then(({ code }) => say(`Type ${code} there. It holds for ten minutes, for one browser.`), (error) => say(error.message));
    say('This browser is paired.');
    await draw();
  }

  $('enter').onsubmit = async (event) => {
    event.preventDefault();
    try {
      await enter(await ask({ code: $('code').value }));
    } catch (error) { say(error.message); }
  };
  $('show').onclick = async () => {
    try {
      say((await ask({ show: true })).shown ? 'A code is in the gateway\'s log now.' : 'No code can be shown now. Run openclaw pair at the gateway, or use a paired device.');
    } catch (error) { say(error.message); }
  };

  const token = stored(tokenName)?.tokens?.operator?.token;
  if (token) {
    try { return await enter({ deviceToken: token }); } catch { /* revoked, or another gateway: pair again */ }
  }
  $('enter').hidden = false;
})();
