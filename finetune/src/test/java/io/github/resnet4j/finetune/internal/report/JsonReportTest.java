package io.github.resnet4j.finetune.internal.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.finetune.report.Confusion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class JsonReportTest {
    @TempDir
    Path folder;

    private JsonNode json(RunReport report) throws IOException {
        Path file = folder.resolve("report.json");
        JsonReport.write(report, file);
        return JsonMapper.shared().readTree(Files.readString(file));
    }

    @Test
    void hasTheNumbersOfThePage() throws IOException {
        JsonNode json = json(Example.run());

        assertThat(json.get("top1").asDouble()).isEqualTo(0.86);
        assertThat(json.get("top1Interval").get(0).asDouble()).isBetween(0.834, 0.835);
        assertThat(json.get("images").asLong()).isEqualTo(800);
        assertThat(json.get("epoch").asInt()).isEqualTo(12);
        assertThat(json.get("classes").size()).isEqualTo(10);
        assertThat(json.get("confusion").get(3).size()).isEqualTo(10);
        assertThat(json.get("calibration").get("errorBefore").asDouble())
                .isEqualTo(Example.judgement().scaling().before().error());
        assertThat(json.get("calibration").get("binsAfter").size()).isEqualTo(15);
        assertThat(json.get("labelsToCheck").get(0).get("suggested").asString()).isEqualTo("dog");
        assertThat(json.get("duplicates").get("exact").asInt()).isEqualTo(1);
        assertThat(json.get("duplicates").get("pairs").get(0).get("training").asString())
                .isEqualTo("t.jpg");
        assertThat(json.get("unreadable").size()).isEqualTo(1);
    }

    @Test
    void nothingMeasuredIsNull() throws IOException {
        assertThat(json(Example.of(List.of(), Confusion.none())).get("top1").isNull())
                .isTrue();
    }
}
