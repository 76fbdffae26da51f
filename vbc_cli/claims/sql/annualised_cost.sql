(cost * 24 * {parts} + months) {div} (2 * months)
