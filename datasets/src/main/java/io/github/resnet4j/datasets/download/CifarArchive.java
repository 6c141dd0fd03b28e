package io.github.resnet4j.datasets.download;

import io.github.resnet4j.files.FileHash;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A CIFAR data set as its author publishes it (Krizhevsky 2009, https://www.cs.toronto.edu/~kriz/cifar.html), in the
 * binary version.
 *
 * @param official the publisher's address
 * @param bytes the archive's size
 * @param hash the archive's hash, as published beside it
 * @param folder the folder in the archive that holds the members
 * @param members the files of images, without which the data set is incomplete
 */
public record CifarArchive(URI official, long bytes, FileHash hash, String folder, List<Member> members) {
    /** Ten classes; five training batches and a test batch of 10,000 records of 1 + 3072 bytes. */
    public static final CifarArchive CIFAR_10 = new CifarArchive(
            URI.create("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"),
            170_052_171,
            new FileHash(FileHash.Algorithm.MD5, "c32a1d4ab5d03f1284b67883e8d13530"),
            "cifar-10-batches-bin",
            List.of(
                    new Member("data_batch_1.bin", 10_000 * 3073L),
                    new Member("data_batch_2.bin", 10_000 * 3073L),
                    new Member("data_batch_3.bin", 10_000 * 3073L),
                    new Member("data_batch_4.bin", 10_000 * 3073L),
                    new Member("data_batch_5.bin", 10_000 * 3073L),
                    new Member("test_batch.bin", 10_000 * 3073L)));

    /** A hundred classes in twenty; 50,000 and 10,000 records of 2 + 3072 bytes. */
    public static final CifarArchive CIFAR_100 = new CifarArchive(
            URI.create("https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz"),
            168_513_733,
            new FileHash(FileHash.Algorithm.MD5, "03b5dce01913d631647c71ecec9e9cb8"),
            "cifar-100-binary",
            List.of(new Member("train.bin", 50_000 * 3074L), new Member("test.bin", 10_000 * 3074L)));

    /** A file of the data set and its exact size in bytes. */
    public record Member(String name, long bytes) {}

    public CifarArchive {
        members = List.copyOf(members);
    }

    /** The archive's name without its ending, such as {@code cifar-10-binary}. */
    public String name() {
        return source(Optional.empty()).fileName().replaceFirst("\\.tar\\.gz$", "");
    }

    RemoteFile remoteFile(Optional<URI> mirror) {
        return new RemoteFile(
                source(mirror),
                RemoteFile.Size.exactly(bytes),
                hash,
                "put the extracted files into DIR and pass --data DIR");
    }

    private Source source(Optional<URI> mirror) {
        return Source.of(official, mirror);
    }

    long extractedBytes() {
        return members.stream().mapToLong(Member::bytes).sum();
    }

    /** The members, and room for class names, a readme, and what an operating system adds. */
    TarGz.Limits limits() {
        return new TarGz.Limits(extractedBytes() + (1 << 20), members.size() + 32);
    }

    /** The first member that {@code folder} lacks or has in another size. */
    Optional<Member> missingIn(Path folder) {
        return members.stream()
                .filter(member -> !isComplete(folder.resolve(member.name()), member.bytes()))
                .findFirst();
    }

    private static boolean isComplete(Path file, long bytes) {
        try {
            return Files.isRegularFile(file) && Files.size(file) == bytes;
        } catch (IOException e) {
            throw new DiskException("cannot read", file, e);
        }
    }
}
