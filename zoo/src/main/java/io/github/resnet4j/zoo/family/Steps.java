package io.github.resnet4j.zoo.family;

import io.github.resnet4j.zoo.family.ResNetSpec.Stage;
import java.util.ArrayList;
import java.util.List;

/**
 * How the blocks of a stage move over its map where the network is to have a smaller output stride than its stages: stages
 * that would exceed it keep the map's size, and their 3×3 convolutions and those of later stages see as far as before by
 * dilation (Chen et al. 2017, arXiv:1706.05587, section 3.1; torchvision's {@code replace_stride_with_dilation}).
 *
 * @param stride of the first block
 * @param first dilation of what has, or would have, the stride: that of the stage before, as its taps are on that stage's
 *     places
 * @param dilation of all others
 */
record Steps(int stride, int first, int dilation) {

    /** Those of every stage. */
    static List<Steps> of(int stemStride, List<Stage> stages, int outputStride) {
        List<Steps> steps = new ArrayList<>();
        int total = stemStride;
        int dilation = 1;
        for (Stage stage : stages) {
            int before = dilation;
            boolean exceeds = total * stage.stride() > outputStride;
            total *= exceeds ? 1 : stage.stride();
            dilation *= exceeds ? stage.stride() : 1;
            steps.add(new Steps(exceeds ? 1 : stage.stride(), before, dilation));
        }
        return steps;
    }

    /** The output strides that a network can have, the least first: the last is that of its stages as they are. */
    static List<Integer> outputStrides(int stemStride, List<Stage> stages) {
        List<Integer> strides = new ArrayList<>(List.of(stemStride));
        for (Stage stage : stages) {
            int last = strides.get(strides.size() - 1);
            if (stage.stride() > 1) {
                strides.add(last * stage.stride());
            }
        }
        return strides;
    }
}
