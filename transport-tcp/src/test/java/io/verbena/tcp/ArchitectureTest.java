// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.junit.ArchTests;
import com.tngtech.archunit.lang.ArchRule;

/** This transport sees the API, the SPI and the wire; the house rules hold here, too. */
@AnalyzeClasses(packages = "io.verbena.tcp", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule seesTheApiTheSpiAndTheWireAlone =
            noClasses()
                    .should()
                    .dependOnClassesThat(
                            resideInAPackage("io.verbena..")
                                    .and(
                                            not(
                                                    resideInAnyPackage(
                                                            "io.verbena",
                                                            "io.verbena.spi..",
                                                            "io.verbena.wire..",
                                                            "io.verbena.tcp.."))))
                    .allowEmptyShould(true);

    @ArchTest
    static final ArchTests houseRules = ArchTests.in(io.verbena.ArchitectureTest.HouseRules.class);
}
