using System.Runtime.InteropServices;

namespace Reeve.Commands.Serving;

/// <summary>
/// The first SIGTERM or Ctrl+C has the server stop in order, which is the command line's to see to; a second one ends the process at once, as
/// whoever sends it expects. What was acknowledged is durable all the same.
/// </summary>
internal sealed class SecondSignal : IDisposable
{
    private const int FirstOfSignals = 128;
    private const int Interrupt = 2;
    private const int Terminate = 15;

    private readonly PosixSignalRegistration interrupt;
    private readonly PosixSignalRegistration terminate;
    private int seen;

    private SecondSignal()
    {
        interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, _ => Notice(FirstOfSignals + Interrupt));
        terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => Notice(FirstOfSignals + Terminate));
    }

    internal static IDisposable Watch() => new SecondSignal();

    public void Dispose()
    {
        interrupt.Dispose();
        terminate.Dispose();
    }

    private void Notice(int code)
    {
        if (Interlocked.Increment(ref seen) > 1)
        {
            Environment.Exit(code);
        }
    }
}
