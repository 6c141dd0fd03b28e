package io.github.resnet4j.notebooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class NotebookTest {
    /** As Jupyter writes it: sorted, one space of indentation, Unicode as it is. */
    static final String SMALL = """
            {
             "cells": [
              {
               "cell_type": "markdown",
               "id": "title",
               "metadata": {},
               "source": [
                "# Größe\\n",
                "\\n",
                "Text"
               ]
              },
              {
               "cell_type": "code",
               "execution_count": 1,
               "id": "sum",
               "metadata": {
                "tags": []
               },
               "outputs": [
                {
                 "name": "stdout",
                 "output_type": "stream",
                 "text": [
                  "adding\\n"
                 ]
                },
                {
                 "data": {
                  "text/plain": [
                   "2"
                  ]
                 },
                 "execution_count": 1,
                 "metadata": {},
                 "output_type": "execute_result"
                }
               ],
               "source": [
                "System.out.println(\\"adding\\");\\n",
                "1 + 1"
               ]
              }
             ],
             "metadata": {
              "kernelspec": {
               "display_name": "Java (resnet4j)",
               "language": "java",
               "name": "resnet4j"
              },
              "of-another-tool": 1.5
             },
             "nbformat": 4,
             "nbformat_minor": 5
            }
            """;

    @TempDir
    private Path folder;

    private Notebook read(String text) throws IOException {
        return Notebook.read(Files.writeString(folder.resolve("a.ipynb"), text));
    }

    @Test
    void readsCellsAndOutputs() throws IOException {
        assertThat(read(SMALL).cells())
                .containsExactly(
                        new Notebook.Cell("title", false, "# Größe\n\nText", CellOutput.NONE),
                        new Notebook.Cell(
                                "sum",
                                true,
                                "System.out.println(\"adding\");\n1 + 1",
                                CellOutput.of("adding\n", Map.of("text/plain", "2"))));
    }

    @Test
    void writesWhatJupyterWould() throws IOException {
        Notebook notebook = read(SMALL);
        Path copy = folder.resolve("copy.ipynb");
        notebook.with(notebook.cells().stream().map(Notebook.Cell::output).toList())
                .write(copy);
        assertThat(copy).content().isEqualTo(SMALL);
    }

    @Test
    void imagesStayOneString() throws IOException {
        Notebook notebook = read(SMALL)
                .with(List.of(CellOutput.NONE, CellOutput.of("", Map.of("image/png", "AAAA", "text/plain", "a\nb"))));
        Path copy = folder.resolve("copy.ipynb");
        notebook.write(copy);
        assertThat(copy).content().contains("\"image/png\": \"AAAA\"", "\"a\\n\",", "\"b\"");
        assertThat(Notebook.read(copy).cells().get(1))
                .isEqualTo(notebook.cells().get(1));
    }

    @Test
    void readsSourcesAndImagesInOtherFormsToo() throws IOException {
        Notebook notebook = read("""
                {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [
                  {"cell_type": "code", "id": "a", "metadata": {}, "execution_count": null, "source": "1\\n",
                   "outputs": [{"output_type": "display_data", "metadata": {}, "data": {"image/png": ["AA\\n", "BB\\n"]}}]}]}
                """);
        assertThat(notebook.cells().get(0).source()).isEqualTo("1\n");
        assertThat(notebook.cells().get(0).output().shown()).containsEntry("image/png", "AABB");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            no json                                                   | not JSON, as notebooks are
            []                                                        | not a notebook: there is no "nbformat"
            {"nbformat": 3, "nbformat_minor": 0}                      | a notebook of format 3.0, but 4.5 is needed
            {"nbformat": 4, "nbformat_minor": 4}                      | a notebook of format 4.4, but 4.5 is needed
            {"nbformat": 4, "nbformat_minor": 5}                      | "metadata" must be an object and "cells" an array
            {"nbformat": 4, "nbformat_minor": 5, "cells": [], "metadata": {"kernelspec": {"language": "python"}}} | a notebook in python; only Java is run here
            {"nbformat": 4, "nbformat_minor": 5, "cells": [1], "metadata": {}} | cell 1: needs an "id" of its own
            {"nbformat": 4, "nbformat_minor": 5, "cells": [{"id": "a", "cell_type": "code", "source": [1], "metadata": {}}], "metadata": {}} | cell 1: "source" must be text and "metadata" an object; cell 1: code needs "outputs"
            """)
    void refusesWhatIsNone(String text, String message) {
        assertThatExceptionOfType(BadNotebookException.class)
                .isThrownBy(() -> read(text))
                .withMessageContaining(message)
                .withMessageStartingWith(folder.resolve("a.ipynb").toString())
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
    }

    @Test
    void idsAreUnique() {
        assertThatExceptionOfType(BadNotebookException.class)
                .isThrownBy(() -> read(SMALL.replace("\"title\"", "\"sum\"")))
                .withMessageEndingWith("cell 2: needs an \"id\" of its own, of 1 to 64 letters, digits, - and _");
    }

    @Test
    void hostileNestingIsRefusedNotOverflown() {
        assertThatExceptionOfType(BadNotebookException.class).isThrownBy(() -> read("[".repeat(200_000)));
    }
}
