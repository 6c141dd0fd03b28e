'use strict';

const TOP = 5;
const AT_ONCE = 2;
/** Of a model's provenance, what only programs can read. */
const INTERNAL = new Set(['dataFingerprint', 'groups']);
const byId = id => document.getElementById(id);
const waiting = [];
let running = 0;
let token = '';

/** The server's JSON, or an Error with what it says. */
async function ask(path, options = {}) {
  const headers = {...options.headers};
  if (token) {
    headers.Authorization = 'Bearer ' + token;
  }
  let response;
  try {
    response = await fetch(path, {...options, headers});
  } catch (e) {
    throw new Error('The server does not answer.');
  }
  const body = await response.json().catch(() => ({}));
  if (!response.ok) {
    const error = new Error(body.error || 'The server answers with status ' + response.status + '.');
    error.status = response.status;
    error.again = Number(response.headers.get('Retry-After')) || 1;
    throw error;
  }
  return body;
}

function say(problem) {
  byId('problem').textContent = problem;
  byId('problem').hidden = !problem;
}

async function start() {
  try {
    const {models} = await ask('/v2/models');
    byId('key').hidden = true;
    byId('model').replaceChildren(...models.map(name => new Option(name)));
    byId('choice').hidden = models.length < 2;
    byId('drop').hidden = false;
    say('');
    await describe();
  } catch (e) {
    if (e.status === 401) {
      byId('key').hidden = false;
      say(token ? 'This is not the token.' : '');
    } else {
      say(e.message);
    }
  }
}

async function describe() {
  const name = byId('model').value;
  const model = await ask('/v2/models/' + encodeURIComponent(name));
  const about = model.parameters;
  const shape = model.inputs[0].shape;
  const rows = [
    ['name', name + (model.versions.length > 1 ? ', versions ' + model.versions.join(', ') : '')],
    ['network', about.architecture],
    ['input', shape[3] + ' × ' + shape[2] + ' pixels'],
    ['classes', about.classes],
    ['probabilities', about.calibrated ? 'calibrated' : 'the network’s own, not calibrated'],
    ...Object.entries(about.provenance).filter(([key, value]) => !INTERNAL.has(key) && !value.startsWith('classpath:')),
  ];
  byId('card').replaceChildren(...rows.flatMap(([key, value]) => [element('dt', key), element('dd', value)]));
  byId('curl').textContent =
    'curl ' + location.origin + '/predictions/' + name + ' -T dog.jpg' + (token ? ' -H "Authorization: Bearer $TOKEN"' : '');
  byId('about').hidden = false;
}

function element(tag, text) {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}

/** Puts a file at the top of the results, and in the queue. */
function add(file) {
  const item = byId('result').content.cloneNode(true).firstElementChild;
  const image = item.querySelector('.image');
  image.src = URL.createObjectURL(file);
  image.alt = file.name;
  image.onerror = () => { image.hidden = true; };
  item.querySelector('figcaption').textContent = file.name;
  byId('results').prepend(item);
  waiting.push({file, item});
  next();
}

function next() {
  while (running < AT_ONCE && waiting.length > 0) {
    const job = waiting.shift();
    running++;
    classify(job).finally(() => {
      running--;
      next();
    });
  }
}

async function classify({file, item}) {
  const state = item.querySelector('.state');
  const query = new URLSearchParams({model: byId('model').value, top_k: TOP, heatmap: true});
  for (;;) {
    try {
      const answer = await ask('/v1/predict?' + query, {
        method: 'POST',
        body: file,
        headers: {'Content-Type': 'application/octet-stream'},
      });
      show(item, answer);
      return;
    } catch (e) {
      if (e.status !== 429) {
        state.textContent = e.message;
        state.classList.add('failed');
        return;
      }
      state.textContent = 'the server is busy; waiting …';
      await new Promise(resolve => setTimeout(resolve, 1000 * e.again));
    }
  }
}

function show(item, answer) {
  const prediction = answer.predictions[0];
  item.querySelector('.state').textContent = answer.model + (answer.version > 1 ? ':' + answer.version : '');
  item.querySelector('.bars').replaceChildren(...prediction.classes.map(bar));
  if (prediction.heatmap) {
    item.querySelector('.heat').src = prediction.heatmap;
    item.querySelector('.heat').alt = 'Heat map of ' + prediction.classes[0].label;
    item.querySelector('.seen').hidden = false;
  }
}

function bar({label, probability}) {
  const row = document.createElement('li');
  const fill = element('span', '');
  fill.className = 'fill';
  fill.style.width = 100 * probability + '%';
  const name = element('span', label);
  name.className = 'label';
  const share = element('span', (100 * probability).toFixed(1) + ' %');
  share.className = 'share';
  row.append(fill, name, share);
  return row;
}

const drop = byId('drop');
const stop = event => event.preventDefault();
for (const type of ['dragenter', 'dragover']) {
  addEventListener(type, event => { stop(event); drop.classList.add('over'); });
}
addEventListener('dragleave', event => { if (!event.relatedTarget) drop.classList.remove('over'); });
addEventListener('drop', event => {
  stop(event);
  drop.classList.remove('over');
  [...event.dataTransfer.files].forEach(add);
});
byId('files').addEventListener('change', event => {
  [...event.target.files].forEach(add);
  event.target.value = '';
});
byId('model').addEventListener('change', () => describe().catch(e => say(e.message)));
byId('key').addEventListener('submit', event => {
  stop(event);
  token = byId('token').value.trim();
  start();
});
start();
