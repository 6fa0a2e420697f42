"""Stage `syntax`: text in, typed tree (AST) out.

`phrases` turns `grammar/*.lark` into a Lark grammar, `names` collects the defined terms first, `lexer` lets them
win over words, `units` splits a document into sentences that fail alone, `parser` runs it all, `build` makes
the frozen nodes of `tree` and `ast`.
"""
