// Looks for a gateway as the original's JavaScript clients do. Usage: browse.cjs INSTANCE
const { Bonjour } = require('bonjour-service');
const wanted = process.argv[2];
const bonjour = new Bonjour();
const end = setTimeout(() => { console.log(`${wanted} was not seen`); process.exit(1); }, 10000);
bonjour.find({ type: 'openclaw-gw', protocol: 'tcp' }, (service) => {
  console.log(JSON.stringify({ name: service.name, host: service.host, port: service.port, txt: service.txt, addresses: service.addresses }));
  if (service.name !== wanted) return;
  clearTimeout(end);
  const right = service.port === 18789 && service.host === 'kitchen.local' && service.txt.role === 'gateway' && service.txt.transport === 'gateway';
  bonjour.destroy();
  process.exit(right ? 0 : 1);
});
