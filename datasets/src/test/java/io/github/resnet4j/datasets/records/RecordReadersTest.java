package io.github.resnet4j.datasets.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.resnet4j.datasets.BadDataException;
import io.github.resnet4j.datasets.CifarVariant;
import io.github.resnet4j.datasets.ImageFolder;
import io.github.resnet4j.datasets.Tree;
import io.github.resnet4j.datasets.image.Golden;
import io.github.resnet4j.datasets.image.Rgb8Image;
import io.github.resnet4j.datasets.loader.SampleWriter;
import io.github.resnet4j.datasets.transform.CenterCrop;
import io.github.resnet4j.datasets.transform.Interpolation;
import io.github.resnet4j.datasets.transform.Normalize;
import io.github.resnet4j.datasets.transform.Pipeline;
import io.github.resnet4j.datasets.transform.Resize;
import io.github.resnet4j.datasets.transform.SampleRandom;
import java.io.ByteArrayOutputStream;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Random;
import org.datavec.api.conf.Configuration;
import org.datavec.api.io.filters.BalancedPathFilter;
import org.datavec.api.io.labels.ParentPathLabelGenerator;
import org.datavec.api.records.Record;
import org.datavec.api.records.listener.impl.LogRecordListener;
import org.datavec.api.split.CollectionInputSplit;
import org.datavec.api.split.FileSplit;
import org.datavec.api.split.InputSplit;
import org.datavec.api.writable.NDArrayWritable;
import org.datavec.api.writable.Writable;
import org.deeplearning4j.datasets.datavec.RecordReaderDataSetIterator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.dataset.api.preprocessor.ImagePreProcessingScaler;

/** The readers as DataVec's users use them: alone, and under DL4J's own iterator. */
class RecordReadersTest {
    @TempDir
    private Path folder;

    private Path photos;

    @BeforeEach
    void writePhotos() {
        photos = folder.resolve("photos");
        new Tree(photos)
                .write("ants/0.png", Golden.bytes("image/rgb8.png"))
                .write("ants/1.jpg", Golden.bytes("image/420.jpg"))
                .write("bees/0.png", Golden.bytes("image/grey8.png"))
                .write("bees/1.gif", Golden.bytes("image/rows.gif"))
                .write("bees/2.bmp", Golden.bytes("image/saved-rgb.bmp"));
    }

    private ImageFolderRecordReader reader(int height, int width) {
        ImageFolderRecordReader reader = new ImageFolderRecordReader(height, width);
        reader.initialize(new FileSplit(photos.toFile()));
        return reader;
    }

    private static float[] planes(Rgb8Image image) {
        int plane = image.width() * image.height();
        float[] planes = new float[3 * plane];
        for (int i = 0; i < 3 * plane; i++) {
            planes[i % 3 * plane + i / 3] = image.pixels()[i] & 0xff;
        }
        return planes;
    }

    private static float[] features(List<Writable> record) {
        return ((NDArrayWritable) record.get(0)).get().dup('c').data().asFloat();
    }

    /** As the README prints it. */
    @Test
    void feedsDl4jsIterator() {
        ImageFolderRecordReader reader = new ImageFolderRecordReader(12, 10);
        reader.initialize(new FileSplit(photos.toFile()));
        DataSetIterator batches =
                new RecordReaderDataSetIterator(reader, 2, 1, reader.getLabels().size());

        assertThat(batches.getLabels()).containsExactly("ants", "bees");
        for (int pass = 0; pass < 2; pass++) {
            List<DataSet> all = new ArrayList<>();
            batches.forEachRemaining(all::add);
            assertThat(all).hasSize(3);
            assertThat(all.get(0).getFeatures().shape()).containsExactly(2, 3, 12, 10);
            assertThat(all.get(2).getFeatures().shape()).containsExactly(1, 3, 12, 10);
            assertThat(all.get(0).getLabels().toFloatMatrix()).isDeepEqualTo(new float[][] {{1, 0}, {1, 0}});
            assertThat(all.get(1).getLabels().toFloatMatrix()).isDeepEqualTo(new float[][] {{0, 1}, {0, 1}});
            Rgb8Image image =
                    Interpolation.BILINEAR.resize(ImageFolder.open(photos).image(4), 10, 12);
            assertThat(all.get(2).getFeatures().dup('c').data().asFloat()).containsExactly(planes(image));
            batches.reset();
        }
        batches.setPreProcessor(new ImagePreProcessingScaler(0, 1));
        assertThat(batches.next().getFeatures().maxNumber().floatValue()).isLessThanOrEqualTo(1);
    }

    @Test
    void readsRecordsOneByOne() {
        try (ImageFolderRecordReader reader = reader(17, 23)) {
            reader.setListeners(new LogRecordListener());
            List<Writable> first = reader.next();
            assertThat(first).hasSize(2);
            assertThat(((NDArrayWritable) first.get(0)).get().shape()).containsExactly(1, 3, 17, 23);
            assertThat(features(first))
                    .containsExactly(planes(ImageFolder.open(photos).image(0)));
            int[] labels = new int[5];
            labels[0] = first.get(1).toInt();
            for (int i = 1; reader.hasNext(); i++) {
                labels[i] = reader.next().get(1).toInt();
            }
            assertThat(labels).containsExactly(0, 0, 1, 1, 1);
            assertThatThrownBy(reader::next)
                    .isInstanceOf(NoSuchElementException.class)
                    .hasMessageContaining("all 5 records");
            assertThatThrownBy(() -> reader.next(3)).isInstanceOf(NoSuchElementException.class);
            reader.reset();
            assertThat(features(reader.next())).containsExactly(features(first));
        }
    }

    @Test
    void batchesEqualRecords() {
        ImageFolderRecordReader one = reader(8, 9);
        ImageFolderRecordReader many = reader(8, 9);
        assertThat(many.batchesSupported()).isTrue();
        for (int size : new int[] {3, 2}) {
            List<List<Writable>> batch = many.next(size == 2 ? 50 : size);
            assertThat(batch.size()).isEqualTo(size);
            for (int i = 0; i < size; i++) {
                List<Writable> expected = one.next();
                assertThat(features(batch.get(i))).containsExactly(features(expected));
                assertThat(((NDArrayWritable) batch.get(i).get(1)).get().getInt(0))
                        .isEqualTo(expected.get(1).toInt());
            }
        }
        assertThat(many.hasNext()).isFalse();
        assertThatThrownBy(() -> one.next(0)).isInstanceOf(NoSuchElementException.class);
        one.reset();
        assertThatThrownBy(() -> one.next(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void recordsSayWhereTheyComeFromAndCanBeLoadedAgain() {
        ImageFolderRecordReader reader = reader(8, 9);
        reader.next();
        Record second = reader.nextRecord();
        assertThat(second.getMetaData().getURI()).hasToString("ants/1.jpg");
        reader.next();
        assertThat(features(reader.loadFromMetaData(second.getMetaData()).getRecord()))
                .containsExactly(features(second.getRecord()));
        assertThat(reader.loadFromMetaData(List.of(second.getMetaData()))).hasSize(1);
        ImageFolderRecordReader other = new ImageFolderRecordReader(8, 9);
        new Tree(folder.resolve("other")).images(2, "a", "b");
        other.initialize(new FileSplit(folder.resolve("other").toFile()));
        assertThatThrownBy(() -> other.loadFromMetaData(second.getMetaData()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not a record of this reader");
    }

    /** The pipeline's random numbers come from the seed, the pass and the index; only a reset after a record ends a pass. */
    @Test
    void augmentationChangesWithThePass() {
        SampleWriter random =
                (image, chance, out, offset) -> Arrays.fill(out, offset, offset + 3, chance.nextInt(1 << 20));
        ImageFolderRecordReader reader = new ImageFolderRecordReader(random, 1, 1, 7);
        reader.initialize(new Configuration(), new FileSplit(photos.toFile()));
        assertThat(reader.getConf()).isNotNull();
        reader.reset();
        float first = features(reader.next())[0];
        assertThat(first).isEqualTo(SampleRandom.of(7, 0, 0).nextInt(1 << 20));
        assertThat(features(reader.next())[0])
                .isEqualTo(SampleRandom.of(7, 0, 1).nextInt(1 << 20));
        reader.reset();
        assertThat(features(reader.next())[0])
                .isEqualTo(SampleRandom.of(7, 1, 0).nextInt(1 << 20))
                .isNotEqualTo(first);
        reader.initialize(new FileSplit(photos.toFile()));
        assertThat(features(reader.next())[0]).isEqualTo(first);
    }

    @Test
    void takesAPipeline() {
        Pipeline pipeline =
                new Pipeline(List.of(new Resize(16, Interpolation.BILINEAR), new CenterCrop(16)), Normalize.IMAGENET);
        ImageFolderRecordReader reader = new ImageFolderRecordReader(pipeline::write, 16, 16, 1);
        reader.initialize(new FileSplit(photos.toFile()));
        float[] expected = new float[3 * 16 * 16];
        pipeline.write(ImageFolder.open(photos).image(0), SampleRandom.of(1, 0, 0), expected, 0);
        assertThat(features(reader.next())).containsExactly(expected);
    }

    /** {@code FileSplit.sample}, by which DataVec's users split their data. */
    @Test
    void readsSplitsOfFilesByTheirFolders() {
        FileSplit all = new FileSplit(photos.toFile(), new String[] {"png", "jpg", "gif", "bmp"}, new Random(1));
        InputSplit[] halves = all.sample(
                new BalancedPathFilter(
                        new Random(1),
                        new String[] {"png", "jpg", "gif", "bmp"},
                        new ParentPathLabelGenerator(),
                        0,
                        0,
                        2,
                        2),
                50,
                50);
        int records = 0;
        for (InputSplit half : halves) {
            ImageFolderRecordReader reader = new ImageFolderRecordReader(4, 4);
            reader.initialize(half);
            assertThat(reader.getLabels()).isSubsetOf("ants", "bees");
            while (reader.hasNext()) {
                Record record = reader.nextRecord();
                String label = reader.getLabels().get(record.getRecord().get(1).toInt());
                assertThat(record.getMetaData().getURI().toString()).startsWith(label + "/");
                records++;
            }
        }
        assertThat(records).isEqualTo(4);
        ImageFolderRecordReader reader = new ImageFolderRecordReader(4, 4);
        assertThatThrownBy(() -> reader.initialize(new CollectionInputSplit(List.of())))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> reader.initialize(new CollectionInputSplit(
                        List.of(folder.resolve("a/absent.png").toUri()))))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("does not exist");
        assertThatThrownBy(() -> reader.initialize(
                        new CollectionInputSplit(List.of(java.net.URI.create("https://example.org/a.png")))))
                .hasMessageContaining("only files can be read");
    }

    @Test
    void readsCifar() throws Exception {
        byte[] records = new byte[3 * 3073];
        for (int i = 0; i < 3; i++) {
            records[i * 3073] = (byte) (i + 4);
            records[i * 3073 + 1] = (byte) (200 + i);
        }
        Path bin = Files.write(Files.createDirectories(folder.resolve("cifar")).resolve("data_batch_1.bin"), records);
        CifarRecordReader reader = new CifarRecordReader(CifarVariant.CIFAR10);
        reader.initialize(new FileSplit(bin.getParent().toFile()));
        DataSetIterator batches = new RecordReaderDataSetIterator(reader, 3, 1, 10);
        DataSet batch = batches.next();
        assertThat(batch.getFeatures().shape()).containsExactly(3, 3, 32, 32);
        assertThat(batch.getFeatures().getFloat(2, 0, 0, 0)).isEqualTo(202);
        assertThat(batch.getLabels().argMax(1).toIntVector()).containsExactly(4, 5, 6);
        assertThat(reader.getLabels()).hasSize(10);
        Files.write(bin.resolveSibling("test_batch.bin"), records);
        CifarRecordReader mixed = new CifarRecordReader(CifarVariant.CIFAR10);
        assertThatThrownBy(() -> mixed.initialize(new FileSplit(bin.getParent().toFile())))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("is the test batch, in one split with training batches");
        assertThatThrownBy(() -> mixed.initialize(new FileSplit(photos.toFile())))
                .hasMessageContaining("no .bin file");
    }

    @Test
    void saysWhatItCannotDo() {
        ImageFolderRecordReader unopened = new ImageFolderRecordReader(4, 4);
        assertThatThrownBy(unopened::hasNext)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("call initialize");
        assertThatThrownBy(() -> new ImageFolderRecordReader(0, 4)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> unopened.record(photos.toUri(), null))
                .isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> new ObjectOutputStream(new ByteArrayOutputStream()).writeObject(reader(4, 4)))
                .isInstanceOf(NotSerializableException.class);
        assertThat(unopened.resetSupported()).isTrue();
    }

    @Test
    void readsAnyDataSet() {
        ImageRecordReader reader = new ImageRecordReader(ImageFolder.open(photos), SampleWriter.scaled(4, 4), 4, 4);
        assertThat(new RecordReaderDataSetIterator(reader, 5, 1, 2)
                        .next()
                        .getFeatures()
                        .shape())
                .containsExactly(5, 3, 4, 4);
        reader.initialize(new FileSplit(photos.toFile()));
        assertThat(reader.next()).hasSize(2);
    }
}
