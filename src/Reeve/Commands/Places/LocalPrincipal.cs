using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Reeve.Core.Principals;

namespace Reeve.Commands.Places;

/// <summary>
/// Who calls the command line: the platform administrator of this machine. It has proven no more than that it may read the
/// store's files, so it is no person who could approve anything (EX-SEC-7).
/// </summary>
public static class LocalPrincipal
{
    private const int HashLength = 12;

    /// <summary>The account that runs this process. On Unix its number; elsewhere a hash of its name, for headers hold no names.</summary>
    public static Principal Current()
    {
        string name = Environment.UserName;
        string id = OperatingSystem.IsWindows()
            ? Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name.ToUpperInvariant())))[..HashLength]
            : UserNumber().ToString(CultureInfo.InvariantCulture);
        return new Principal(PrincipalKind.Service, "local:" + id, name.Length == 0 ? "local" : name, ["platform"]);
    }

    [DllImport("libc", EntryPoint = "geteuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint UserNumber();
}
