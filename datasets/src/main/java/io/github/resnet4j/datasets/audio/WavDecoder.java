package io.github.resnet4j.datasets.audio;

import java.nio.file.Path;

/**
 * Reads RIFF WAVE: whole numbers of 8, 16, 24 and 32 bits and floating point of 32 and 64, also in the extensible form. Channels are
 * averaged. The JDK's own reader is not used: it takes a header's word for lengths, and refuses 24 bits in the extensible form.
 */
final class WavDecoder {
    private static final int PCM = 1;
    private static final int FLOAT = 3;
    private static final int EXTENSIBLE = 0xfffe;
    /** The bytes of an extensible format's identifier behind the first two. */
    private static final int[] TAIL = {0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71};
    /** Programs that write to a pipe do not know the length, and claim this or more. */
    private static final long UNKNOWN_LENGTH = 0x7fff_f000L;

    private static final int MOST_CHANNELS = 64;

    private WavDecoder() {}

    /** What the samples are. */
    private record Format(int kind, int channels, int rate, int bits) {
        int frameBytes() {
            return channels * bits / 8;
        }
    }

    static boolean matches(byte[] bytes) {
        return ForeignSound.begins(bytes, "RIFF", 0) && ForeignSound.begins(bytes, "WAVE", 8);
    }

    static Sound decode(byte[] bytes, Path name) {
        SoundBytes in = new SoundBytes(bytes, name);
        in.skip(12);
        Format format = null;
        while (true) {
            if (in.remaining() < 8) {
                throw in.bad(
                        format == null
                                ? "is a WAV file without a format: it is truncated or damaged"
                                : "is a WAV file without samples: it is truncated or damaged");
            }
            String tag = in.tag();
            long size = in.u32();
            if (tag.equals("data")) {
                if (format == null) {
                    throw in.bad("has its samples before their format: it is damaged");
                }
                return samples(in, format, size);
            }
            if (tag.equals("fmt ")) {
                if (format != null) {
                    throw in.bad("has two formats: it is damaged");
                }
                format = format(in, size);
                in.skip(size & 1);
            } else {
                in.skip(size + (size & 1));
            }
        }
    }

    private static Format format(SoundBytes in, long size) {
        if (size < 16 || size > in.remaining()) {
            throw in.bad("has a format of " + size + " bytes: it is damaged");
        }
        int start = in.position();
        int kind = in.u16();
        int channels = in.u16();
        long rate = in.u32();
        in.skip(4); // bytes a second, which follow from the rest
        int block = in.u16();
        int bits = in.u16();
        if (kind == EXTENSIBLE) {
            if (size < 40) {
                throw in.bad("has an extensible format of " + size + " bytes, not 40: it is damaged");
            }
            in.skip(8);
            kind = in.u16();
            for (int expected : TAIL) {
                if (in.u8() != expected) {
                    throw in.bad("has samples of an unknown kind" + ForeignSound.CONVERT);
                }
            }
        }
        in.skip(size - (in.position() - start));
        boolean known = kind == PCM && (bits == 8 || bits == 16 || bits == 24 || bits == 32)
                || kind == FLOAT && (bits == 32 || bits == 64);
        if (!known) {
            throw in.bad("has " + bits + "-bit samples of " + kindName(kind) + ForeignSound.CONVERT);
        }
        if (channels < 1 || channels > MOST_CHANNELS) {
            throw in.bad("claims " + channels + " channels; 1 to " + MOST_CHANNELS + " can be read");
        }
        if (rate < Sound.LEAST_RATE || rate > Sound.MOST_RATE) {
            throw in.bad("claims " + rate + " samples a second; " + Sound.LEAST_RATE + " to " + Sound.MOST_RATE
                    + " can be read");
        }
        if (block != channels * bits / 8) {
            throw in.bad("claims " + block + " bytes for " + channels + " samples of " + bits + " bits: it is damaged");
        }
        return new Format(kind, channels, (int) rate, bits);
    }

    private static String kindName(int kind) {
        return switch (kind) {
            case PCM -> "whole numbers";
            case FLOAT -> "floating point";
            case 2, 0x11 -> "ADPCM";
            case 6 -> "A-law";
            case 7 -> "mu-law";
            case 0x50, 0x55 -> "MPEG audio";
            default -> "kind " + kind;
        };
    }

    private static Sound samples(SoundBytes in, Format format, long claimed) {
        int there = in.remaining();
        if (claimed > there && claimed < UNKNOWN_LENGTH) {
            throw in.bad("is truncated: it claims " + claimed + " bytes of samples, " + there + " are there");
        }
        int bytes = (int) Math.min(claimed, there);
        int frame = format.frameBytes();
        if (bytes % frame != 0) {
            throw in.bad("is truncated or damaged: " + bytes + " bytes are not a whole number of samples of " + frame);
        }
        int length = bytes / frame;
        if (length == 0) {
            throw in.bad("has no samples");
        }
        if (length > SoundDecoder.MOST_SAMPLES) {
            throw in.bad(SoundDecoder.tooLong(length));
        }
        float[] samples = new float[length];
        byte[] data = in.bytes();
        int at = in.position();
        int width = format.bits() / 8;
        for (int i = 0; i < length; i++) {
            double sum = 0;
            for (int c = 0; c < format.channels(); c++, at += width) {
                sum += sample(data, at, format);
            }
            samples[i] = (float) (sum / format.channels());
            if (!Float.isFinite(samples[i])) {
                throw new BadAudioException(
                        in.name(),
                        "has a sample that is not a finite number (byte " + (at - frame) + "): repair or remove it");
            }
        }
        return new Sound(samples, format.rate());
    }

    private static double sample(byte[] d, int at, Format format) {
        int low = d[at] & 0xff;
        return switch (format.bits()) {
            case 8 -> (low - 128) / 128.0;
            case 16 -> (short) (low | d[at + 1] << 8) / 32_768.0;
            case 24 -> (low | (d[at + 1] & 0xff) << 8 | d[at + 2] << 16) / 8_388_608.0;
            case 32 -> {
                int word = word(d, at);
                yield format.kind() == FLOAT ? Float.intBitsToFloat(word) : word / 2_147_483_648.0;
            }
            default -> Double.longBitsToDouble((word(d, at) & 0xffff_ffffL) | (long) word(d, at + 4) << 32);
        };
    }

    private static int word(byte[] d, int at) {
        return d[at] & 0xff | (d[at + 1] & 0xff) << 8 | (d[at + 2] & 0xff) << 16 | d[at + 3] << 24;
    }
}
