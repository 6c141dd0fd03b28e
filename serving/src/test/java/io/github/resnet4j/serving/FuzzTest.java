package io.github.resnet4j.serving;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Bar S-3: requests with random damage. None may end a thread, hang, or be answered as if it were the server's fault. */
@Timeout(7200)
final class FuzzTest {
    private static final int REQUESTS = Bars.count(1000, 1_000_000);

    @TempDir
    static Path folder;

    @Test
    void damagedRequestsAreNotTheServersFault() {
        List<byte[]> seeds = new ArrayList<>();
        for (MalformedRequests.Case one : MalformedRequests.all()) {
            if (one.parts().length == 1 && one.parts()[0].length < 20_000) {
                seeds.add(one.parts()[0]);
            }
        }
        long seed = Long.getLong("fuzz.seed", 1);
        Path file = TinyModel.write(folder.resolve("tiny.zip"), 1);
        try (TestServer server = TestServer.unlogged(TestServer.OPTIONS, TinyModel.entry("tiny", 1, file))) {
            String golden = server.send(server.image(7)).text();
            for (int i = 0; i < REQUESTS; i++) {
                byte[] damaged = damaged(seeds, new Random(seed + i));
                String reply = server.raw(true, damaged);
                assertThat(reply).as("request %d of seed %d", i, seed).matches(text -> !text.startsWith("HTTP/1.1 5"));
                if (i % 100 == 0) {
                    assertThat(server.send(server.image(7)).text()).isEqualTo(golden);
                }
            }
            assertThat(server.send(server.image(7)).text()).isEqualTo(golden);
        }
        System.out.println("trials: " + REQUESTS);
    }

    private static byte[] damaged(List<byte[]> seeds, Random random) {
        byte[] request = seeds.get(random.nextInt(seeds.size())).clone();
        int head = Math.min(request.length, 200);
        for (int i = random.nextInt(4); i >= 0 && request.length > 0; i--) {
            int at = random.nextInt(random.nextBoolean() ? head : request.length);
            switch (random.nextInt(4)) {
                case 0 -> request[at] = (byte) random.nextInt(256);
                case 1 -> request[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> request = Arrays.copyOf(request, at + 1);
                default -> {
                    byte[] other = seeds.get(random.nextInt(seeds.size()));
                    int length = Math.min(random.nextInt(20), Math.min(other.length, request.length - at));
                    System.arraycopy(other, 0, request, at, length);
                }
            }
            head = Math.min(request.length, 200);
        }
        return request;
    }
}
