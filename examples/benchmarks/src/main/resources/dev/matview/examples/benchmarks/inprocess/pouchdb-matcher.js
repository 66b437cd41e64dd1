// PouchDB's own matcher, without a database. Arguments and output are those of couchdb-matcher.escript, without its first.
const fs = require('fs');
const { filterInMemoryFields, massageSelector } = require('pouchdb-selector-core');

const [documents, selectors, rounds, millis] = process.argv.slice(2);
const rows = fs.readFileSync(documents, 'utf8').split('\n').filter(Boolean).map(line => ({ doc: JSON.parse(line) }));
for (const json of JSON.parse(fs.readFileSync(selectors, 'utf8'))) {
  const selector = massageSelector(json);
  const matching = () => filterInMemoryFields(rows, { selector }, Object.keys(selector)).length;
  const rate = () => {
    const begun = process.hrtime.bigint();
    let passes = 0;
    let nanos;
    do {
      matching();
      passes++;
      nanos = Number(process.hrtime.bigint() - begun);
    } while (nanos < millis * 1e6);
    return Math.round(passes * rows.length * 1e9 / nanos);
  };
  rate();
  console.log([matching(), ...Array.from({ length: Number(rounds) }, rate)].join(' '));
}
