package io.github.resnet4j.faults;

import java.util.List;

/** The rows, in the order in which they are run. */
final class Bars {
    static final String SOAK = "T-18";

    static final List<Bar> ALL = List.of(
            new Bar(
                    "T-1",
                    "500 kills, at least 300 within the write of a checkpoint: resuming finds a valid checkpoint, loses one"
                            + " interval at most, needs no hand and leaves nothing behind",
                    new Kills()),
            new Bar(
                    "T-2",
                    "loss of power after every operation of a save, with any of what was not forced to disk lost, 1,000 states:"
                            + " a valid checkpoint in each",
                    new ModuleTests(
                            "finetune",
                            "CheckpointFaultsTest#survivesLossOfPower",
                            1000,
                            "states of the disk, a valid checkpoint in each, never older than the last that was reported")),
            new Bar(
                    "T-3",
                    "200 files of the newest checkpoint changed by a bit, cut short, deleted or swapped: noticed and named, the"
                            + " checkpoint before is used",
                    new Corruptions()),
            new Bar(
                    "T-4",
                    "60 interruptions with every lever of training on: the bytes of the uninterrupted run at the end",
                    new Resumptions()),
            new Bar("T-5", "two runs of 200 iterations with one seed: the same bytes", new Repetitions()),
            new Bar(
                    "T-6",
                    "SIGTERM or SIGINT at ten places, ten times each: the state is saved, exit code 143 or 130 within 30 seconds; a"
                            + " second signal ends it within one",
                    new Signals()),
            new Bar(
                    "T-7",
                    "NaN and infinity, injected at 12 points: the run stops in the same iteration with exit code 8, and no"
                            + " checkpoint holds such a value",
                    new Divergence()),
            new Bar(
                    "T-8",
                    "divergence without NaN, a loss above ten times its median for 20 iterations: a warning",
                    new ModuleTests(
                            "finetune", "LossWatchTest", 0, "tests of the warning; there is no stop by itself")),
            new Bar(
                    "T-9",
                    "memory runs out at three places, 20 times: exit code 7, the last checkpoint intact, no crash of the JVM; before"
                            + " the start an estimate within 15 %, with the largest batch that fits",
                    new Memory()),
            new Bar(
                    "T-10",
                    "10,000 iterations, 200 evaluations, 100 saves: memory grows by 1 MiB each 1,000 at most, open files and threads"
                            + " not at all",
                    new Leak()),
            new Bar(
                    "T-11",
                    "the disk is full at each tenth of a save: the checkpoint before stays, the temporary goes, training goes on and"
                            + " saves at the next interval; exit code 6 after three failures",
                    new FullDisk()),
            new Bar(
                    "T-12",
                    "the clock moves by a year while it trains: no checkpoint is lost, intervals stay as they are",
                    new Clock()),
            new Bar(
                    "T-13",
                    "a second run in the same folder ends with exit code 9 in a second; a dead process' lock is taken over",
                    new TwoRuns()),
            new Bar(
                    "T-14",
                    "12 changes of model, classes, optimiser, data: refused with exit code 2, each difference named",
                    new ChangedRuns()),
            new Bar(
                    "T-15",
                    "a checkpoint of every released version is loaded",
                    session -> Outcome.notRun("no version has been released")),
            new Bar("T-16", "no iteration for ten minutes: a dump of the threads and exit code 10", new Stalls()),
            new Bar(
                    "T-17",
                    "ResNet-50 with momentum is saved in 5 seconds, and training pauses for 1 at most",
                    new Overhead()),
            new Bar(
                    SOAK,
                    "an hour or more with a random fault about every two minutes: the run goes on by the same command, and"
                            + " ends with the bytes of a run without faults",
                    new Soak()),
            new Bar(
                    "I-1",
                    "damaged, hostile and unusual images and folders: the documented result or one exception",
                    new ModuleTests(
                            "datasets",
                            "BadImageTest,BadImagesTest,ImageCheckTest,ImageDecoderTest,ImageFolderTest,ImageFoldersTest",
                            0,
                            "cases and damaged images; each an image or one exception with its file")),
            new Bar(
                    "I-2",
                    "1,000,000 damaged images are decoded: an image or one exception, no crash, no lack of memory",
                    new ModuleTests(
                            "datasets",
                            "BadImageTest#damageGivesAnImageOrOneException",
                            1_000_000,
                            "damaged JPEG, PNG, GIF and BMP files decoded; each an image or one exception")),
            new Bar(
                    "I-6",
                    "1,000 downloads with random faults, kills and full disks: the file is absent or right, and a good server"
                            + " completes it",
                    new ModuleTests(
                            "datasets",
                            "DownloaderTest#isAbsentOrRightAfterRandomFaults,"
                                    + "DownloaderProcessTest#isAbsentOrRightAfterKillsAndFullDisks",
                            1000,
                            "downloads with faults; none left a wrong file, all were completed")),
            new Bar(
                    "I-7",
                    "servers that stall, fail, ask to wait or do not exist: at most five more attempts, ever longer waits",
                    new ModuleTests("datasets", "DownloaderTest,UnknownSizeTest", 0, "tests of faults one by one")),
            new Bar(
                    "I-9",
                    "eight processes want the same file: one download",
                    new ModuleTests(
                            "datasets",
                            "DownloaderProcessTest#downloadsOnceForSeveralProcesses*",
                            2,
                            "times eight processes got the file by one download")),
            new Bar(
                    "S-1",
                    "32 clients ask 10,000 times each: every one gets the answer to its own image",
                    new ModuleTests("serving", "IsolationTest", 320_000, "answers, each the right one")),
            new Bar(
                    "S-2",
                    "malformed requests: refused with a short error, never as the server's fault, and the next is answered",
                    new ModuleTests("serving", "MalformedRequestTest", 60, "requests")),
            new Bar(
                    "S-3",
                    "1,000,000 requests with random damage: no crash, no answer that blames the server, none that hangs",
                    new ModuleTests("serving", "FuzzTest", 1_000_000, "damaged requests")),
            new Bar(
                    "S-4",
                    "100 clients send 1 GiB each, of a declared length and without one: refused, and the heap grows by 38 MiB at most",
                    new ModuleTests("serving", "LoadBarsTest#uploads", 1, "test")),
            new Bar(
                    "S-5",
                    "160 clients for ten minutes, far more than the server can answer: answers or 429, and answers alone afterwards;"
                            + " goodput 90 % of the capacity, health (S-8) within 5 ms",
                    new ModuleTests("serving", "LoadBarsTest#overload", 1, "test")),
            new Bar(
                    "S-7",
                    "1,000 connections that begin a header and do not go on: others are answered, p99 at most doubles",
                    new ModuleTests("serving", "LoadBarsTest#slowloris", 1, "test")),
            new Bar(
                    "S-9",
                    "a server that is stopped answers what it has taken, 20 times of 50 requests each",
                    new ModuleTests("serving", "StopTest,LoadBarsTest#stopsUnderLoad", 3, "tests")),
            new Bar(
                    "S-10",
                    "metrics after 10,000 addresses that a client made up: 50 values of a label at most, read within 20 ms",
                    new ModuleTests("serving", "LoadBarsTest#scrapes", 1, "test")),
            new Bar(
                    "S-11",
                    "8 hours of requests: every one is answered; memory and open files stay",
                    new ModuleTests("serving", "LoadBarsTest#soak", 480, "minutes")),
            new Bar(
                    "S-13",
                    "native memory runs out: answers or 503 meanwhile, and answers again within 5 seconds",
                    new ModuleTests("serving", "LoadBarsTest#noNativeMemory", 1, "test")),
            new Bar(
                    "K-1",
                    "50 executors of a training on Spark are killed: the steps are taken again, the bytes of the undisturbed"
                            + " training at the end",
                    new SparkFaults(SparkWork.TRAINING, SparkFaults.Fault.EXECUTOR_KILLED, 50)),
            new Bar(
                    "K-2",
                    "the driver of a training on Spark is killed 20 times: it goes on from the last checkpoint, to the same bytes",
                    new SparkFaults(SparkWork.TRAINING, SparkFaults.Fault.DRIVER_KILLED, 20)),
            new Bar(
                    "K-3",
                    "50 executors of a prediction on Spark are killed: every row is there once, the same",
                    new SparkFaults(SparkWork.PREDICTION, SparkFaults.Fault.EXECUTOR_KILLED, 50)),
            new Bar(
                    "K-4",
                    "the driver of a prediction on Spark is killed 20 times: it goes on with what is missing, and every row is"
                            + " there once",
                    new SparkFaults(SparkWork.PREDICTION, SparkFaults.Fault.DRIVER_KILLED, 20)),
            new Bar(
                    "K-5",
                    "an executor of a training stands still for 30 seconds, as behind a network that is cut: the others wait, the"
                            + " same bytes",
                    new SparkFaults(SparkWork.TRAINING, SparkFaults.Fault.EXECUTOR_STOPPED, 3)),
            new Bar(
                    "K-6",
                    "the network of a worker is cut for 30 seconds during a training: the steps are waited for or taken again, the"
                            + " same bytes",
                    new SparkFaults(SparkWork.TRAINING, SparkFaults.Fault.NETWORK_CUT, 3)),
            new Bar(
                    "K-7",
                    "the disk of a worker is full before and during trainings and predictions: the same bytes, or a clear error with"
                            + " exit code 5 or 6 and the same bytes by --resume once there is room",
                    new FullWorkerDisk(1)),
            new Bar(
                    "K-8",
                    "an executor of a training is slowed to a fifth for 30 seconds, as by cpulimit: the others wait, the same bytes",
                    new SparkFaults(SparkWork.TRAINING, SparkFaults.Fault.EXECUTOR_SLOWED, 3)));

    private Bars() {}
}
