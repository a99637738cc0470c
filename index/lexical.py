"""The lexical leg: passages as stems in tantivy, scored with BM25."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import tantivy

from corpus.types import Passage, Report
from index.dutch import analyse

HEADING_BOOST = 0.5
"""Weight of a word in the title or the headings, against 1 for the passage itself."""


@dataclass(frozen=True)
class Concept:
    """One idea of a question: the word it came from, and the stems that stand for it with their weights in (0, 1].

    ``is_term`` says that the glossary has other words for it, so that it is a word of the field, whatever its capitals.
    """

    source: str
    stems: Mapping[str, float]
    is_term: bool = False


def schema() -> tantivy.Schema:
    """The fields of a passage: its key and report verbatim, its own stems, and those of its title and headings."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("key", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("report_id", stored=False, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("stems", stored=False, tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field("context", stored=False, tokenizer_name="whitespace", index_option="freq")
    return builder.build()


class LexicalIndex:
    """Passages under their keys in one tantivy folder; ``commit`` makes changes visible and durable."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._index = tantivy.Index(schema(), path=str(folder))
        whitespace = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
        self._index.register_tokenizer("whitespace", whitespace)

    def replace(self, removed: Iterable[str], added: Iterable[tuple[str, Passage, Report]]) -> None:
        """Removes every passage of the reports ``removed``, then adds passages under their keys, in one commit.

        Raises:
            OSError: tantivy cannot write.
        """
        writer = self._index.writer(heap_size=64_000_000, num_threads=1)
        for report_id in removed:
            writer.delete_documents_by_term("report_id", report_id)
        for key, passage, report in added:
            language = report.language or "nl"
            context = " ".join((report.title, *passage.headings))
            writer.add_document(
                tantivy.Document(
                    key=key,
                    report_id=report.id,
                    stems=" ".join(analyse(passage.text, language)),
                    context=" ".join(analyse(context, language)),
                )
            )
        try:
            writer.commit()
            writer.wait_merging_threads()
        except ValueError as error:
            raise OSError(str(error)) from error
        self._index.reload()

    def count(self) -> int:
        """How many passages are held."""
        return int(self._index.searcher().num_docs)

    def search(
        self, concepts: Sequence[Concept], limit: int, reports: Collection[str] | None = None
    ) -> list[tuple[str, float]]:
        """The keys and BM25 scores of the best ``limit`` passages, best first; with ``reports``, of these only."""
        query = self._query(concepts)
        if reports is not None:
            query = tantivy.Query.boolean_query([(tantivy.Occur.Must, query), (tantivy.Occur.Must, self._in(reports))])
        searcher = self._index.searcher()
        found = searcher.search(query, limit=limit).hits
        return [(searcher.doc(address)["key"][0], float(score)) for score, address in found]

    def _query(self, concepts: Sequence[Concept]) -> tantivy.Query:
        parts = []
        for concept in concepts:
            options = [
                tantivy.Query.boost_query(self._term(field, stem), weight * boost)
                for stem, weight in concept.stems.items()
                for field, boost in (("stems", 1.0), ("context", HEADING_BOOST))
            ]
            parts.append((tantivy.Occur.Should, tantivy.Query.disjunction_max_query(options, 0.1)))
        return tantivy.Query.boolean_query(parts) if parts else tantivy.Query.empty_query()

    def _in(self, reports: Collection[str]) -> tantivy.Query:
        """The passages of these reports, all with the score 0."""
        return tantivy.Query.const_score_query(
            tantivy.Query.term_set_query(self._index.schema, "report_id", sorted(reports)), 0.0
        )

    def _term(self, field: str, stem: str) -> tantivy.Query:
        return tantivy.Query.term_query(self._index.schema, field, stem, "freq")
