/** The committed differences: patterns of check and row (`*` stands for anything; a list: one of them), each with the reason why it stays. */
export class Known {
  #entries;

  constructor(entries) {
    this.#entries = entries.map((entry) => {
      if (!entry.check || !entry.row || !entry.reason) throw new Error(`differences.json: check, row and reason are needed: ${JSON.stringify(entry)}`);
      return { ...entry, checks: pattern(entry.check), rows: pattern(entry.row), used: 0 };
    });
  }

  reasonFor(check, row) {
    let reason = null;
    for (const entry of this.#entries) {
      if (!entry.checks.test(check) || !entry.rows.test(row)) continue;
      entry.used++;
      reason ??= entry.reason;
    }

    return reason;
  }

  unused() {
    return this.#entries.filter(({ used }) => used === 0);
  }
}

function pattern(texts) {
  const one = (text) => text.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&')).join('[^]*');
  return new RegExp(`^(?:${[texts].flat().map(one).join('|')})$`);
}
