"""The formula language of payment models: parsed, checked for units, evaluated and put into words.

A formula is data. One parsed formula serves every backend (exact decimals, intervals, words), so
that nothing printed beside a number can drift from the number. Nothing here knows of contracts.
"""
