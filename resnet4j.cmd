@echo off
rem Starts the command line on Windows. In a clone it first builds it, on first use and when a source is newer, added or gone;
rem in a distribution, where it is bin\resnet4j.cmd, the jars are there. See the shell script "resnet4j" for the why.
setlocal
if exist "%~dp0..\lib\resnet4j-cli.jar" goto distribution

set "CLONE=1"
for %%d in ("%~dp0.") do set "HOME_DIR=%%~fd"
set "TARGET=%HOME_DIR%\cli\target"
set "LIBRARIES=%TARGET%\lib"
goto found

:distribution
set "CLONE="
for %%d in ("%~dp0..") do set "HOME_DIR=%%~fd"
set "TARGET=%HOME_DIR%\lib"
set "LIBRARIES=%TARGET%"

:found
set "STAMP=%TARGET%\launcher.stamp"
set "ARCHIVE=%TARGET%\resnet4j.jsa"
set "LOCK=%HOME_DIR%\.build.lock.d"
set "BUILD_LOG=%HOME_DIR%\.build.log"
set "CLASS_PATH=%TARGET%\resnet4j-cli.jar;%LIBRARIES%\*"
set "MAIN=io.github.resnet4j.cli.Main"
set "SOURCES=$h = $env:HOME_DIR + '\'; $s = @(Get-ChildItem -Recurse -File ('files', 'zoo', 'engine', 'datasets', 'finetune', 'serving', 'spark', 'notebooks', 'cli' | ForEach-Object { $h + $_ + '\src\main'; $h + $_ + '\pom.xml' })) + @(Get-Item ($h + 'pom.xml'), ($h + 'natives\pom.xml'), ($h + 'natives\*\pom.xml')); $names = ($s.FullName | Sort-Object) -join '|'"

set "JAVA_CMD="
if defined JAVA_HOME set "JAVA_CMD=%JAVA_HOME%\bin\java.exe"
if not defined JAVA_HOME for /f "delims=" %%j in ('where java 2^>nul') do if not defined JAVA_CMD set "JAVA_CMD=%%j"
if defined JAVA_CMD if exist "%JAVA_CMD%" goto started
echo error: no Java found; install Java 17 or later 1>&2
exit /b 2

:started
if not defined CLONE goto archive
call :built
if not errorlevel 1 goto archive
call :build
if errorlevel 1 exit /b 2

:archive
set "OWNER=%JAVA_CMD% %HOME_DIR%"
call :archived
if errorlevel 1 call :archive_classes
if errorlevel 2 exit /b 2

set "OPTIONS=-XX:+UseSerialGC -Djdk.console=java.base -Djava.awt.headless=true -Xshare:auto"
set "OPTIONS=%OPTIONS% -XX:+DisplayVMOutputToStderr -Xlog:disable -Xlog:all=warning,cds*=off:stderr"
set "JAVA_VERSION=0"
for %%r in ("%JAVA_CMD%\..\..\release") do set "RELEASE=%%~fr"
if exist "%RELEASE%" for /f "usebackq tokens=1,2 delims==." %%a in ("%RELEASE%") do if "%%a"=="JAVA_VERSION" set "JAVA_VERSION=%%b"
set "JAVA_VERSION=%JAVA_VERSION:"=%"
if %JAVA_VERSION% geq 24 set "OPTIONS=%OPTIONS% --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow"
set "SHARED="
call :archived
if not errorlevel 1 if exist "%ARCHIVE%" set "SHARED=1"

set "COMMAND=%~1"
set "WORDS="
set "HELP="
:arguments
set "WORD=%~1"
if "%WORD%"=="--plan" set "COMMAND=plan"
for %%h in (-h --help -V --version) do if "%WORD%"=="%%h" set "HELP=1"
if defined WORD if not "%WORD:~0,1%"=="-" set "WORDS=%WORDS% %WORD%"
shift /1
if not "%~1"=="" goto arguments
set "FIRST="
set "SECOND="
for /f "tokens=1,2" %%a in ("%WORDS%") do set "FIRST=%%a"& set "SECOND=%%b"
if defined HELP set "COMMAND=help"
if not "%FIRST%"=="spark" goto weight
if not defined SECOND set "COMMAND=help"
if "%SECOND%"=="jars" set "COMMAND=help"
if "%COMMAND%"=="help" goto weight
call :spark_jars
if errorlevel 1 exit /b 2
set "CLASS_PATH=%TARGET%\resnet4j-cli.jar"
for %%j in ("%LIBRARIES%\jackson-annotations-*.jar") do set "CLASS_PATH=%TARGET%\resnet4j-cli.jar;%%~fj"
set "CLASS_PATH=%CLASS_PATH%;%SPARK_JARS%\*;%LIBRARIES%\*"
set "SHARED="
set "OPTIONS=%OPTIONS% -Dslf4j.provider=org.apache.logging.slf4j.SLF4JServiceProvider -Dslf4j.internal.verbosity=WARN"
set "OPTIONS=%OPTIONS% -Dlog4j2.configurationFile=classpath:io/github/resnet4j/spark/log4j2.properties"
for %%p in (java.lang java.lang.invoke java.lang.reflect java.io java.net java.nio java.util java.util.concurrent java.util.concurrent.atomic jdk.internal.ref sun.nio.ch sun.nio.cs sun.security.action sun.util.calendar) do call :open %%p
:weight
if not defined COMMAND goto light
for %%c in (list info help -h --help -V --version generate-completion) do if "%COMMAND%"=="%%c" goto light
goto heavy
:light
set "OPTIONS=%OPTIONS% -XX:TieredStopAtLevel=1 -Xmx512m"
goto run

:heavy
rem A quarter of the memory for the Java heap, 45 percent for native arrays, 80 percent for the whole process.
set "TOTAL=8192"
for /f %%m in ('powershell -NoProfile -Command "[math]::Floor((Get-CimInstance Win32_ComputerSystem).TotalPhysicalMemory / 1MB)"') do set "TOTAL=%%m"
set /a HEAP=TOTAL*25/100
set /a NATIVE=TOTAL*45/100
set /a WHOLE=TOTAL*80/100
set "OPTIONS=%OPTIONS% -Xmx%HEAP%m -Dorg.bytedeco.javacpp.maxbytes=%NATIVE%m -Dorg.bytedeco.javacpp.maxphysicalbytes=%WHOLE%m"
if not defined OMP_WAIT_POLICY if not defined GOMP_SPINCOUNT set "GOMP_SPINCOUNT=10000"
if not defined OMP_WAIT_POLICY set "OMP_WAIT_POLICY=passive"
if not defined OMP_NUM_THREADS set "OMP_NUM_THREADS=%NUMBER_OF_PROCESSORS%"

:run
if defined SHARED goto shared
"%JAVA_CMD%" %OPTIONS% -Dresnet4j.home="%HOME_DIR%" %RESNET4J_JAVA_OPTS% -cp "%CLASS_PATH%" %MAIN% %*
exit /b %ERRORLEVEL%
:shared
"%JAVA_CMD%" %OPTIONS% -XX:SharedArchiveFile="%ARCHIVE%" -Dresnet4j.home="%HOME_DIR%" %RESNET4J_JAVA_OPTS% -cp "%CLASS_PATH%" %MAIN% %*
exit /b %ERRORLEVEL%

rem What Spark opens to itself where it starts a JVM.
:open
set "OPTIONS=%OPTIONS% --add-opens=java.base/%1=ALL-UNNAMED"
exit /b 0

rem Where Spark's jars are: a Spark that is installed, or else, in a clone, what Maven fetches.
:spark_jars
if not defined SPARK_HOME goto fetched
set "SPARK_JARS=%SPARK_HOME%\jars"
if exist "%SPARK_JARS%\spark-core_2.13-*.jar" exit /b 0
echo error: SPARK_HOME=%SPARK_HOME% holds no Spark for Scala 2.13 ^(jars\spark-core_2.13-*.jar^) 1>&2
exit /b 1
:fetched
if defined CLONE goto fetch
echo error: Spark is not part of resnet4j: unpack one for Scala 2.13 ^(https://spark.apache.org/downloads.html^) and set SPARK_HOME to its folder 1>&2
exit /b 1
:fetch
set "SPARK_JARS=%HOME_DIR%\spark\target\spark\jars"
set "SPARK_POM=%HOME_DIR%\spark\installation\pom.xml"
powershell -NoProfile -Command "$c = Get-Item ($env:SPARK_JARS + '\.complete') -ErrorAction SilentlyContinue; if ($c -and $c.LastWriteTimeUtc -gt (Get-Item $env:SPARK_POM).LastWriteTimeUtc) { exit 0 } else { exit 1 }"
if not errorlevel 1 exit /b 0
call :lock
echo resnet4j: fetching Spark once ^(270 MB; or set SPARK_HOME to one that is installed^) ... 1>&2
if exist "%SPARK_JARS%" rmdir /s /q "%SPARK_JARS%"
pushd "%HOME_DIR%"
call mvnw.cmd -q -B -f "%SPARK_POM%" dependency:copy-dependencies -DincludeScope=runtime >"%BUILD_LOG%" 2>&1
if errorlevel 1 goto unfetched
popd
del "%BUILD_LOG%"
type nul >"%SPARK_JARS%\.complete"
rmdir "%LOCK%"
exit /b 0
:unfetched
popd
rmdir "%LOCK%"
powershell -NoProfile -Command "Get-Content -Tail 30 $env:BUILD_LOG" 1>&2
echo error: Spark could not be fetched; see the end of Maven's output above 1>&2
exit /b 1

rem Waits until no other start builds.
:lock
mkdir "%LOCK%" 2>nul && exit /b 0
echo resnet4j: waiting for another resnet4j that is building ^(if none is, delete %LOCK%^) ... 1>&2
timeout /t 5 /nobreak >nul
goto lock

:built
if not exist "%STAMP%" exit /b 1
powershell -NoProfile -Command "%SOURCES%; $t = (Get-Item $env:STAMP).LastWriteTimeUtc; if ((Get-Content -Encoding UTF8 $env:STAMP) -eq $names -and -not ($s | Where-Object { $_.LastWriteTimeUtc -gt $t })) { exit 0 } else { exit 1 }"
exit /b %ERRORLEVEL%

:build
if defined JAVA_HOME if exist "%JAVA_HOME%\bin\javac.exe" goto jdk
where javac >nul 2>nul
if not errorlevel 1 goto jdk
echo error: building needs a JDK 17 or later, but this is only a JRE 1>&2
exit /b 2
:jdk
call :lock
rem The other start may have built meanwhile.
call :built
if not errorlevel 1 goto unlock
echo resnet4j: building once ^(a minute or two; the first time it also downloads libraries^) ... 1>&2
set "MORE="
call :without_avx2
if not errorlevel 1 set "MORE=-Dnative.classifier=windows-x86_64-onednn"
if exist "%STAMP%" del "%STAMP%"
if exist "%ARCHIVE%.owner" del "%ARCHIVE%.owner"
rem Before the build: a source that changes meanwhile is to be newer.
powershell -NoProfile -Command "%SOURCES%; Set-Content -Encoding UTF8 ($env:HOME_DIR + '\.build.stamp') $names"
pushd "%HOME_DIR%"
call mvnw.cmd -q -B -DskipTests -Dspotless.check.skip -Dflatten.skip %MORE% -pl cli -am package >"%BUILD_LOG%" 2>&1
if errorlevel 1 goto failed
popd
del "%BUILD_LOG%"
move /y "%HOME_DIR%\.build.stamp" "%STAMP%" >nul
:unlock
rmdir "%LOCK%"
exit /b 0
:failed
popd
rmdir "%LOCK%"
powershell -NoProfile -Command "Get-Content -Tail 30 $env:BUILD_LOG" 1>&2
echo error: the build failed; see the end of its output above, or all of it in %BUILD_LOG% 1>&2
exit /b 2

rem Whether the class data are of this Java and of jars in this place.
:archived
set "KNOWN="
if exist "%ARCHIVE%.owner" set /p "KNOWN=" <"%ARCHIVE%.owner"
if not defined KNOWN exit /b 1
if %KNOWN%=="%OWNER%" exit /b 0
exit /b 1

rem Ends with 2 if the libraries do not run on this processor, else with 0.
:archive_classes
if defined CLONE goto fits
if not exist "%LIBRARIES%\nd4j-native-*-avx2.jar" goto fits
call :without_avx2
if errorlevel 1 goto fits
echo error: this processor has no AVX2, which the libraries here need; build resnet4j from its sources instead 1>&2
exit /b 2
:fits
rem If this fails, another start makes them, or nobody may write here.
mkdir "%LOCK%" 2>nul || exit /b 0
if exist "%ARCHIVE%" del "%ARCHIVE%"
"%JAVA_CMD%" -XX:ArchiveClassesAtExit="%ARCHIVE%" -XX:+UseSerialGC -cp "%CLASS_PATH%" %MAIN% list --json >nul 2>&1
>"%ARCHIVE%.owner" echo "%OWNER%"
goto unlock

rem Ends with 0 if this is an x86-64 processor without AVX2.
:without_avx2
if not "%PROCESSOR_ARCHITECTURE%"=="AMD64" exit /b 1
powershell -NoProfile -Command "$k = Add-Type -PassThru -Name Processor -MemberDefinition '[DllImport(\"kernel32.dll\")] public static extern bool IsProcessorFeaturePresent(uint feature);'; exit [int]$k::IsProcessorFeaturePresent(40)"
exit /b %ERRORLEVEL%
