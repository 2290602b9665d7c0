// Opens the link that the installation printed, as its page does, and makes a student.
//
//   node become-admin.mjs LINK STUDENT_PASSWORD
//
// The administrator is called root-of-all, his password is the student's reversed.
const [link, studentPassword] = process.argv.slice(2);
const [address, token] = link.split('/first-admin#');
const password = [...studentPassword].reverse().join('');
const cookies = new Map();
let csrf = '';

async function call(method, path, body, expected) {
  const response = await fetch(address + path, {
    method,
    headers: {
      Cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      Origin: address,
      'X-CSRF-Token': csrf,
      ...(body && { 'Content-Type': 'application/json' }),
    },
    body: body && JSON.stringify(body),
  });
  for (const cookie of response.headers.getSetCookie()) {
    const [pair] = cookie.split(';');
    cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
  }
  const text = await response.text();
  if (response.status !== expected) throw new Error(`${method} ${path}: ${response.status} instead of ${expected}: ${text}`);
  const answer = text ? JSON.parse(text) : {};
  csrf = answer.csrf_token ?? csrf;
}

await call('GET', '/api/session', undefined, 200);
await call('POST', '/api/first-admin', { token, name: 'root-of-all', password }, 204);
await call('POST', '/api/first-admin', { token, name: 'another', password }, 403);
await call('POST', '/api/session', { name: 'root-of-all', password }, 200);
await call('POST', '/api/users', { name: 'student', password: studentPassword, must_change_password: false }, 201);
