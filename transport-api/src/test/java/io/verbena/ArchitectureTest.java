// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.INTERFACES;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_USE_FIELD_INJECTION;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.junit.ArchTests;
import com.tngtech.archunit.lang.ArchRule;
import java.util.stream.Stream;

/** Dependencies point one way, and the house rules hold. */
@AnalyzeClasses(packages = "io.verbena", importOptions = DoNotIncludeTests.class)
public class ArchitectureTest {
    private static final DescribedPredicate<JavaClass> OURS = resideInAPackage("io.verbena..");
    private static final String ENGINE = "io\\.verbena\\.engine\\.Engine(\\$.*)?";

    @ArchTest
    static final ArchRule wireStandsAlone =
            noClasses()
                    .that()
                    .resideInAPackage("io.verbena.wire..")
                    .should()
                    .dependOnClassesThat(OURS.and(not(resideInAPackage("io.verbena.wire.."))))
                    .allowEmptyShould(true);

    @ArchTest
    static final ArchRule spiKnowsOnlyTheApiAndTheWire =
            noClasses()
                    .that()
                    .resideInAPackage("io.verbena.spi..")
                    .should()
                    .dependOnClassesThat(
                            OURS.and(
                                    not(
                                            resideInAnyPackage(
                                                    "io.verbena",
                                                    "io.verbena.spi..",
                                                    "io.verbena.wire.."))))
                    .allowEmptyShould(true);

    @ArchTest
    static final ArchRule streamsAreBuiltOnTheApiAlone =
            noClasses()
                    .that()
                    .resideInAPackage("io.verbena.stream..")
                    .should()
                    .dependOnClassesThat(
                            OURS.and(not(resideInAnyPackage("io.verbena", "io.verbena.stream.."))))
                    .allowEmptyShould(true);

    @ArchTest
    static final ArchRule engineIsUsedByTheApiAlone =
            noClasses()
                    .that()
                    .resideOutsideOfPackages("io.verbena", "io.verbena.engine..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("io.verbena.engine..")
                    .allowEmptyShould(true);

    @ArchTest
    static final ArchRule engineHasOneDoor =
            noClasses()
                    .that()
                    .resideInAPackage("io.verbena")
                    .should()
                    .dependOnClassesThat(
                            resideInAPackage("io.verbena.engine..").and(not(nameMatching(ENGINE))))
                    .allowEmptyShould(true);

    @ArchTest
    static final ArchRule nothingKnowsATransport =
            noClasses()
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("io.verbena.tcp..", "io.verbena.rdma..")
                    .allowEmptyShould(true);

    @ArchTest static final ArchTests houseRules = ArchTests.in(HouseRules.class);

    /** What holds for the main code of every published module. */
    public static final class HouseRules {
        private static final String NEEDS_ADD_OPENS =
                "org\\.agrona\\.(BufferUtil|Unsafe.*|concurrent\\.(UnsafeBuffer|.*Queue.*))";

        private HouseRules() {}

        @ArchTest
        static final ArchRule noJdkInternals =
                noClasses()
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage("sun..", "com.sun..", "jdk.internal..")
                        .allowEmptyShould(true);

        @ArchTest
        static final ArchRule logsWithSlf4jAlone =
                noClasses()
                        .should()
                        .dependOnClassesThat()
                        .resideInAPackage("java.util.logging..")
                        .allowEmptyShould(true);

        @ArchTest
        static final ArchRule printsNothing =
                NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS.allowEmptyShould(true);

        @ArchTest
        static final ArchRule waitsForSomethingAndNeverJustSleeps =
                noClasses()
                        .should()
                        .callMethodWhere(
                                target(owner(name("java.lang.Thread"))).and(target(name("sleep"))))
                        .allowEmptyShould(true);

        @ArchTest
        static final ArchRule accessorsHaveNoGetPrefix =
                noMethods()
                        .that()
                        .arePublic()
                        .and(
                                describe(
                                        "override nothing of a library's",
                                        method -> !overridesForeign(method)))
                        .should()
                        .haveNameMatching("get([A-Z].*)?")
                        .allowEmptyShould(true);

        @ArchTest
        static final ArchRule noFieldInjection =
                NO_CLASSES_SHOULD_USE_FIELD_INJECTION.allowEmptyShould(true);

        @ArchTest
        static final ArchRule queuesNeedNoUnsafe =
                noClasses()
                        .should()
                        .dependOnClassesThat(
                                resideInAPackage("org.jctools..")
                                        .and(not(resideInAPackage("org.jctools.queues.atomic..")))
                                        .and(not(INTERFACES)))
                        .allowEmptyShould(true);

        /**
         * The rest of Agrona does without {@code --add-opens}; these throw where it isn't given.
         */
        @ArchTest
        static final ArchRule agronaNeedsNoJvmFlag =
                noClasses()
                        .should()
                        .dependOnClassesThat(
                                resideInAnyPackage(
                                                "org.agrona.concurrent.broadcast..",
                                                "org.agrona.concurrent.errors..",
                                                "org.agrona.concurrent.ringbuffer..",
                                                "org.agrona.concurrent.status..")
                                        .or(nameMatching(NEEDS_ADD_OPENS)))
                        .allowEmptyShould(true);

        private static boolean overridesForeign(JavaMethod method) {
            String[] parameters =
                    method.getRawParameterTypes().stream()
                            .map(JavaClass::getName)
                            .toArray(String[]::new);
            return Stream.concat(
                            method.getOwner().getAllRawSuperclasses().stream(),
                            method.getOwner().getAllRawInterfaces().stream())
                    .filter(type -> !OURS.test(type))
                    .anyMatch(type -> type.tryGetMethod(method.getName(), parameters).isPresent());
        }
    }
}
