({cents} * months * 2 + 12) {div} 24
