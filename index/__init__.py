"""Where passages are found: a dense and a lexical index over the corpus, kept in step, searched together."""
