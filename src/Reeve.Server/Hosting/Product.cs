using System.Reflection;

namespace Reeve.Server.Hosting;

/// <summary>What is running.</summary>
public static class Product
{
    /// <summary>Its version, as the build has it.</summary>
    public static string Version { get; } =
        typeof(Product).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
}
