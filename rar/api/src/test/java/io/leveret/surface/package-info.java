/** What a module shows to applications, as text, and its comparison with what it has promised. */
package io.leveret.surface;
