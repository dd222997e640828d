package io.leveret.it.contract;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Exempts one test method from the ban on Java deserialization: containers copy factories that way,
 * and the test does what they do with bytes that it has just written itself.
 */
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
@interface DeserializesOnPurpose {}
