package io.github.resnet4j.spark.internal.inference;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.spark.internal.tar.TarReader;
import io.github.resnet4j.spark.internal.tar.TarWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ShardItemsTest {
    private static byte[] tar(String... namesAndContents) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarWriter tar = new TarWriter(bytes)) {
            for (int i = 0; i < namesAndContents.length; i += 2) {
                tar.add(namesAndContents[i], namesAndContents[i + 1].getBytes(StandardCharsets.US_ASCII));
            }
            tar.finish();
        }
        return bytes.toByteArray();
    }

    private static List<String> items(byte[] tar) throws IOException {
        List<String> items = new ArrayList<>();
        try (ImageItems images = new ShardItems(new TarReader(new ByteArrayInputStream(tar)), "s.tar", 10)) {
            for (Optional<ImageItem> next = images.next(); next.isPresent(); next = images.next()) {
                ImageItem item = next.get();
                items.add(item.path() + " [" + item.label() + "] "
                        + (item.problem().isEmpty()
                                ? new String(item.bytes(), StandardCharsets.US_ASCII)
                                : item.problem()));
            }
        }
        return items;
    }

    @Test
    void filesOfOneNameAreASampleInAnyOrder() throws IOException {
        assertThat(items(tar(
                        "0.jpg", "a", "0.cls", "3", "1.cls", " 4\n", "1.json", "{}", "1.PNG", "b", "2.png", "c",
                        "x/2.cls", "5", "x/2.png", "d")))
                .containsExactly("s.tar/0.jpg [3] a", "s.tar/1.PNG [4] b", "s.tar/2.png [] c", "s.tar/x/2.png [5] d");
    }

    @Test
    void aSampleMayHaveSeveralImages() throws IOException {
        assertThat(items(tar("0.left.jpg", "a", "0.right.jpg", "b", "0.cls", "1")))
                .containsExactly("s.tar/0.left.jpg [1] a", "s.tar/0.right.jpg [1] b");
    }

    @Test
    void largeImagesAndOtherFormatsAreRows() throws IOException {
        assertThat(items(tar("0.jpg", "01234567890", "1.webp", "w")))
                .containsExactly("s.tar/0.jpg [] is too large: 11 bytes", "s.tar/1.webp [] w");
    }

    @Test
    void aShardWithoutImagesSaysSo() throws IOException {
        assertThat(items(tar("a.txt", "x"))).singleElement().asString().startsWith("s.tar [] has no image");
    }

    @Test
    void whatIsBeforeACutComesFirst() throws IOException {
        byte[] whole = tar("0.png", "a", "0.cls", "3", "1.png", "b", "1.cls", "4");
        assertThat(items(java.util.Arrays.copyOf(whole, 2600)))
                .containsExactly(
                        "s.tar/0.png [3] a",
                        "s.tar/1.png [] b",
                        "s.tar [] is cut: it ends at byte 2600, in or behind \"1.png\"");
        assertThat(items(new byte[0]))
                .containsExactly("s.tar [] is cut: it ends at byte 0 without the end mark of a tar file");
    }
}
