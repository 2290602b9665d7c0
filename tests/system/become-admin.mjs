// Opens the link that the installation printed, as its page does, and makes a student.
//
//   node become-admin.mjs LINK STUDENT_PASSWORD
//
// The administrator is called root-of-all, his password is the student's reversed.
import { Api } from '../../etc/install/api.mjs';

const [link, studentPassword] = process.argv.slice(2);
const [address, token] = link.split('/first-admin#');
const password = [...studentPassword].reverse().join('');
const api = new Api(address);

await api.call('GET', '/api/session');
await api.call('POST', '/api/first-admin', { token, name: 'root-of-all', password });
const second = await api
  .call('POST', '/api/first-admin', { token, name: 'another', password })
  .catch((error) => error);
if (second.status !== 403)
  throw new Error(`the link counted twice: ${second.message ?? 'it made another administrator'}`);
await api.signIn('root-of-all', password);
await api.call('POST', '/api/users', {
  name: 'student',
  password: studentPassword,
  must_change_password: false,
});
