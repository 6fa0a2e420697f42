"""A comparison, its price or a bridge for people and programs: text, HTML, Word, JSON, CSV."""
