using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Microsoft.Extensions.Options;
using Reeve.Governance.Encryption;
using Reeve.Governance.Tenants;

namespace Reeve.Server.Hosting;

/// <summary>
/// The framework's keys for cookies and tokens, kept in the store and sealed under the master key, so that every node has the
/// same ones and a copy of the database alone opens nothing. Thread-safe.
/// </summary>
internal sealed class KeyRing(StoreSession store) : IXmlRepository, IConfigureOptions<KeyManagementOptions>
{
    private readonly SealedDesk desk = store.Sealed;

    private const string Prefix = "data-protection/";

    /// <inheritdoc/>
    public void Configure(KeyManagementOptions options)
    {
        options.XmlRepository = this;

        // Elements are sealed as a whole by what stores them; a second envelope inside would protect nothing more.
        options.XmlEncryptor = new NullXmlEncryptor();
    }

    // IXmlRepository knows no asynchronous form, so both wait. The framework asks once at start and when it renews a key, every 90 days,
    // on a thread without a synchronization context: a thread of the pool waits for one statement, and no deadlock can come of it.
    /// <inheritdoc/>
    public IReadOnlyCollection<XElement> GetAllElements() =>
        [.. desk.ListAsync(PlatformTenant.Id, Prefix, CancellationToken.None).GetAwaiter().GetResult().Select(value => XElement.Parse(Encoding.UTF8.GetString(value.Value)))];

    /// <inheritdoc/>
    public void StoreElement(XElement element, string friendlyName)
    {
        byte[] xml = Encoding.UTF8.GetBytes(element.ToString(SaveOptions.DisableFormatting));
        desk.StoreAsync(PlatformTenant.Id, Prefix + friendlyName, xml, CancellationToken.None).GetAwaiter().GetResult();
    }
}
