@echo off
rem Starts the command line on Windows: builds it on first use and when a source is newer, added or gone, then runs the JVM.
rem See the shell script "resnet4j" for the why.
setlocal
set "HOME_DIR=%~dp0"
set "TARGET=%HOME_DIR%cli\target"
set "STAMP=%TARGET%\launcher.stamp"
set "LOCK=%HOME_DIR%.build.lock.d"
set "SOURCES=$s = @(Get-ChildItem -Recurse -File ('files', 'zoo', 'engine', 'datasets', 'finetune', 'serving', 'notebooks', 'cli' | ForEach-Object { $env:HOME_DIR + $_ + '\src\main'; $env:HOME_DIR + $_ + '\pom.xml' })) + @(Get-Item ($env:HOME_DIR + 'pom.xml')); $names = ($s.FullName | Sort-Object) -join '|'"
set "JAVA_CMD=java"
if defined JAVA_HOME set "JAVA_CMD=%JAVA_HOME%\bin\java"

call :built
if not errorlevel 1 goto run

:lock
mkdir "%LOCK%" 2>nul
if not errorlevel 1 goto locked
echo resnet4j: waiting for another resnet4j that is building ^(if none is, delete %LOCK%^) ... 1>&2
timeout /t 5 /nobreak >nul
goto lock

:locked
rem The other start may have built meanwhile.
call :built
if not errorlevel 1 goto unlock
echo resnet4j: building once ^(a minute or two; the first time it also downloads libraries^) ... 1>&2
if exist "%STAMP%" del "%STAMP%"
pushd "%HOME_DIR%"
call mvnw.cmd -q -B -DskipTests -Dspotless.check.skip -pl cli -am package 1>&2
if errorlevel 1 (
  popd
  rmdir "%LOCK%"
  echo error: the build failed; its output is above 1>&2
  exit /b 2
)
popd
powershell -NoProfile -Command "%SOURCES%; Set-Content -Encoding UTF8 $env:STAMP $names"
:unlock
rmdir "%LOCK%"

:run
rem A quarter of the memory for the Java heap, 45 percent for native arrays, 80 percent for the whole process.
set "TOTAL=8192"
for /f %%m in ('powershell -NoProfile -Command "[math]::Floor((Get-CimInstance Win32_ComputerSystem).TotalPhysicalMemory / 1MB)"') do set "TOTAL=%%m"
set /a HEAP=TOTAL*25/100
set /a NATIVE=TOTAL*45/100
set /a WHOLE=TOTAL*80/100
if not defined OMP_NUM_THREADS set "OMP_NUM_THREADS=%NUMBER_OF_PROCESSORS%"
"%JAVA_CMD%" -XX:+UseSerialGC -Djdk.console=java.base -Djava.awt.headless=true -XX:+DisplayVMOutputToStderr -Xlog:disable -Xlog:all=warning:stderr -Xmx%HEAP%m -Dorg.bytedeco.javacpp.maxbytes=%NATIVE%m -Dorg.bytedeco.javacpp.maxphysicalbytes=%WHOLE%m %RESNET4J_JAVA_OPTS% -cp "%TARGET%\resnet4j-cli.jar;%TARGET%\lib\*" io.github.resnet4j.cli.Main %*
exit /b %ERRORLEVEL%

:built
if not exist "%STAMP%" exit /b 1
powershell -NoProfile -Command "%SOURCES%; $t = (Get-Item $env:STAMP).LastWriteTimeUtc; if ((Get-Content -Encoding UTF8 $env:STAMP) -eq $names -and -not ($s | Where-Object { $_.LastWriteTimeUtc -gt $t })) { exit 0 } else { exit 1 }"
exit /b %ERRORLEVEL%
