/** Pretrained weights on this computer: what the zoo's registry describes, fetched by the datasets' downloader. */
package io.github.resnet4j.finetune.pretrained;
