/** Files as they are seen without reading them. On the ground: nothing of ours but positions is used here. */
@NullMarked
package dev.matview.core.internal.files;

import org.jspecify.annotations.NullMarked;
