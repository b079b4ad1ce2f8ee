@echo off
rem Builds the command when it is missing or older than its sources, then runs it with the arguments given.
setlocal
set "ROOT=%~dp0"
set "PROJECT=%ROOT%src\Reeve\Reeve.csproj"
set "APP=%ROOT%src\Reeve\bin\Release\net10.0\reeve.exe"
set "STAMPS=%ROOT%artifacts\reeve"
set "BESIDE=%ROOT%packs"
if not "%~1"=="bench" goto chosen
set "PROJECT=%ROOT%bench\Reeve.Load\Reeve.Load.csproj"
set "APP=%ROOT%bench\Reeve.Load\bin\Release\net10.0\Reeve.Load.exe"
set "STAMPS=%ROOT%artifacts\bench"
set "BESIDE=%ROOT%bench"
:chosen
set "STAMP=%STAMPS%\started"

powershell -NoProfile -ExecutionPolicy Bypass -Command "$s='%STAMP%'; if (-not (Test-Path '%APP%') -or -not (Test-Path $s)) { exit 1 }; $t=(Get-Item $s).LastWriteTimeUtc; $f=Get-ChildItem '%ROOT%src','%ROOT%packs','%BESIDE%' -Recurse -File | Where-Object { $_.FullName -notmatch '\\(bin|obj)\\' -and $_.LastWriteTimeUtc -gt $t } | Select-Object -First 1; if ($f) { exit 1 }"
if not errorlevel 1 goto run

where dotnet >nul 2>nul
if errorlevel 1 (
    echo reeve: dotnet was not found. Install the .NET 10 SDK and put dotnet on the PATH. 1>&2
    exit /b 3
)
echo reeve: building ... 1>&2
if not exist "%STAMPS%" mkdir "%STAMPS%"
type nul > "%STAMP%.new"
dotnet build "%PROJECT%" -c Release --nologo -v quiet 1>&2 <nul
if errorlevel 1 (
    echo reeve: the build failed; see above. 1>&2
    exit /b 3
)
move /y "%STAMP%.new" "%STAMP%" >nul

:run
rem As in reeve: what is allocated between two collections of the young.
if not defined DOTNET_GCgen0size set DOTNET_GCgen0size=0x4000000
"%APP%" %*
exit /b %errorlevel%
