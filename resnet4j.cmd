@echo off
rem Starts the command line on Windows: builds it on first use, then runs the JVM. See the shell script "resnet4j" for the why.
setlocal
set "HOME_DIR=%~dp0"
set "TARGET=%HOME_DIR%cli\target"
set "JAVA_CMD=java"
if defined JAVA_HOME set "JAVA_CMD=%JAVA_HOME%\bin\java"
if not exist "%TARGET%\launcher.stamp" (
  echo resnet4j: building, once ^(a minute or two; the first time it also fetches libraries^) ... 1>&2
  pushd "%HOME_DIR%"
  call mvnw.cmd -q -B -DskipTests -Dspotless.check.skip -pl cli -am package
  if errorlevel 1 (
    popd
    echo error: the build failed; its output is above 1>&2
    exit /b 2
  )
  popd
  type nul > "%TARGET%\launcher.stamp"
)
if not defined OMP_NUM_THREADS set "OMP_NUM_THREADS=%NUMBER_OF_PROCESSORS%"
"%JAVA_CMD%" -XX:+UseSerialGC -XX:MaxRAMPercentage=25 -Djava.awt.headless=true %RESNET4J_JAVA_OPTS% -cp "%TARGET%\resnet4j-cli.jar;%TARGET%\lib\*" io.github.resnet4j.cli.Main %*
exit /b %ERRORLEVEL%
