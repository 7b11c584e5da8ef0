const express = require('express');

const app = express();
const port = 3000;

app.use(express.static('public'));
app.get('/api/hello', (req, res) => res.json({ hello: 'world' }));
app.get('/healthz', (req, res) => res.send('ok\n'));

app.listen(port, () => console.log(`listening on ${port}`));
