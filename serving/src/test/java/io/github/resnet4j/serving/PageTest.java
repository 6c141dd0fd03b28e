package io.github.resnet4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The page in Chromium, wide and narrow: images are chosen, answers appear, nothing comes from elsewhere. */
@Timeout(120)
final class PageTest {
    private static final String TOKEN = "0123456789abcdef";

    @TempDir
    Path folder;

    @Test
    void showsWhatTheModelSaysOfImages() throws IOException {
        assumeTrue(Browser.isInstalled(), "no chromium here: the page is not driven");
        Path file = TinyModel.write(folder.resolve("tiny.zip"), 1);
        Path image = Files.write(folder.resolve("image.png"), TinyModel.image(1));
        Path text = Files.writeString(folder.resolve("text.png"), "no image");
        try (TestServer server = TestServer.of(
                        TestServer.OPTIONS.withToken(Optional.of(TOKEN)),
                        TinyModel.entry("tiny", 1, file),
                        TinyModel.entry("other", 1, file));
                Browser browser = new Browser(Files.createDirectory(folder.resolve("profile")))) {
            for (int width : List.of(390, 1280)) {
                browser.resize(width, width == 390);
                browser.open(server.server.address());
                await(browser, "!byId('key').hidden");
                assertThat(isTrue(browser, "byId('drop').hidden")).isTrue();
                browser.evaluate("byId('token').value = '" + TOKEN + "'; byId('key').requestSubmit()");
                await(browser, "!byId('drop').hidden && byId('model').options.length === 2");
                browser.evaluate("byId('model').value = 'tiny'");
                browser.choose("#files", List.of(image, text));
                await(
                        browser,
                        "document.querySelectorAll('.bars li').length === 4"
                                + " && document.querySelector('.failed') !== null"
                                + " && document.querySelector('.heat[src]')?.naturalWidth === 16");
                JsonNode bars =
                        browser.evaluate("[...document.querySelectorAll('.bars .label')].map(b => b.textContent)");
                assertThat(bars).extracting(JsonNode::asString).containsExactlyInAnyOrderElementsOf(TinyModel.CLASSES);
                assertThat(browser.evaluate("document.querySelector('.failed').textContent")
                                .asString())
                        .isEqualTo("the image is text, not an image");
                assertThat(browser.evaluate("document.documentElement.scrollWidth")
                                .asInt())
                        .as("width of the page in a window of %d", width)
                        .isLessThanOrEqualTo(width);
            }
            String own = server.server.address().toString();
            assertThat(browser.requested)
                    .isNotEmpty()
                    .allMatch(address -> address.startsWith(own)
                            || address.startsWith("data:")
                            || address.startsWith("blob:" + own)
                            || address.equals("about:blank"));
            assertThat(browser.complaints).isEmpty();
        }
    }

    private static void await(Browser browser, String condition) {
        TestServer.await(() -> isTrue(browser, condition));
    }

    private static boolean isTrue(Browser browser, String condition) {
        return browser.evaluate("typeof byId === 'function' && (" + condition + ")")
                .asBoolean(false);
    }
}
