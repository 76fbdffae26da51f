"""Settlements on paper: tables for people, JSON and CSV for programs, worksheets for auditors."""
