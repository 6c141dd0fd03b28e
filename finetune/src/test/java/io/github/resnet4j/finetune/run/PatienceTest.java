package io.github.resnet4j.finetune.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.finetune.report.EpochRow;
import io.github.resnet4j.finetune.report.EpochRows;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PatienceTest {
    /** Rows as top-1/loss, a dash where nothing was evaluated; the epoch after which the run ends, if any. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            .5/1 .5/1 .5/1 .5/1      | 2 | 0 | 3
            .5/1 .6/2 .6/2 .6/2      | 2 | 0 | 4
            .5/1 .4/.9 .3/.9 .3/.9   | 2 | 0 | 4
            .5/3 .4/2 .3/1 .6/4      | 1 | 0 |
            .5/1 .5/1 .5/1 .5/1      | 2 | 1 | 3
            .5/1 .5/1 .5/1 .5/1      | 2 | 2 | 4
            .5/1 .5/1 .5/1 .5/1      | 2 | 3 |
            .5/1 - - .5/1 .6/1       | 2 | 0 | 4
            .5/1 .5/1                |   | 0 |
            """)
    void endsAfterEpochsWithoutAnImprovement(String log, Integer patience, int thaw, Integer end) {
        Patience rule = new Patience(Optional.ofNullable(patience), thaw);
        List<EpochRow> rows = new ArrayList<>();
        Integer ended = null;
        for (String cell : log.split(" ")) {
            rows.add(row(rows.size() + 1, cell));
            if (ended == null && rule.isExhausted(rows)) {
                ended = rows.size();
            }
        }
        assertThat(ended).isEqualTo(end);
    }

    private static EpochRow row(int epoch, String cell) {
        double top1 = cell.equals("-") ? Double.NaN : Double.parseDouble(cell.split("/")[0]);
        double loss = cell.equals("-") ? Double.NaN : Double.parseDouble(cell.split("/")[1]);
        return EpochRows.of(epoch, epoch, 0.1, 1, 0.5, loss, top1, Double.NaN, 1, 1, 0);
    }
}
