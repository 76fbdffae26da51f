({cents} * months * 2 + 12 * {parts}) {div} (24 * {parts})
