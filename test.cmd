@echo off
rem Builds the solution and runs every test project. Coverage is measured by ./test on Linux and macOS only.
rem   test.cmd [--fast] [-- ARGS]    ARGS go to "dotnet test".
rem   test.cmd --sim N [--seed S] [--plant NAME] [--nodes K] [--minutes M] [--state FILE]    N simulated worlds and no other test.
rem   --crash, which ./test knows, too, needs Linux: its signals are Linux's.
setlocal
if not "%~1"=="--sim" goto tests
dotnet build "%~dp0bench\Reeve.Simulator" -c Release --nologo -v quiet 1>&2
if errorlevel 1 exit /b 1
dotnet "%~dp0bench\Reeve.Simulator\bin\Release\net10.0\Reeve.Simulator.dll" %*
exit /b %errorlevel%

:tests
cd /d "%~dp0"
set "FILES=tests\*Tests"
if "%~1"=="--fast" (
    set "FILES=tests\Reeve.Tests"
    shift
)
if "%~1"=="--" shift
set "ARGS="
:args
if "%~1"=="" goto build
set "ARGS=%ARGS% %1"
shift
goto args

:build
if exist artifacts\tests rmdir /s /q artifacts\tests
echo test: building ...
dotnet build Reeve.slnx -c Release --nologo -v quiet
if errorlevel 1 (
    echo 0 passed, 1 failed, 0 skipped
    exit /b 1
)
set FAILED=0
for /d %%P in (%FILES%) do (
    echo test: %%~nxP ...
    dotnet test %%P --no-build -c Release --nologo --results-directory artifacts\tests\%%~nxP --logger "trx;LogFileName=results.trx" %ARGS%
    if errorlevel 1 set FAILED=1
)
echo test: coverage is not measured on Windows.
powershell -NoProfile -ExecutionPolicy Bypass -Command "$p=0;$f=0;$s=0; Get-ChildItem artifacts\tests -Recurse -Filter *.trx | ForEach-Object { $c=([xml](Get-Content $_.FullName)).TestRun.ResultSummary.Counters; $p+=[int]$c.passed; $f+=[int]$c.executed-[int]$c.passed; $s+=[int]$c.total-[int]$c.executed }; Write-Output \"$p passed, $f failed, $s skipped\"; if ($f -gt 0 -or $p -eq 0) { exit 1 }"
if errorlevel 1 exit /b 1
exit /b %FAILED%
