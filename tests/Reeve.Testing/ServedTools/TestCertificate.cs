using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Reeve.Testing.ServedTools;

/// <summary>An authority of a test, and the certificates it issues: good ones, and such as must not be accepted.</summary>
public sealed class TestCertificate : IDisposable
{
    private readonly X509Certificate2 authority = Authority();

    /// <summary>What trusts the authority.</summary>
    public X509Certificate2Collection Roots => [X509CertificateLoader.LoadCertificate(authority.RawData)];

    /// <summary>A certificate of a name, with its key. Its dates are those of the real clock, by which TLS judges.</summary>
    /// <param name="name">The one name that it holds.</param>
    /// <param name="days">Until when it is good, from today; negative: it has expired.</param>
    public X509Certificate2 For(string name, int days = 30)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={name}", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        DateTimeOffset today = TimeProvider.System.GetUtcNow();
        using X509Certificate2 bare = request.Create(authority, today.AddDays(-20), today.AddDays(days), RandomNumberGenerator.GetBytes(8));
        using X509Certificate2 whole = bare.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), password: null);
    }

    public void Dispose() => authority.Dispose();

    private static X509Certificate2 Authority()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=Test authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        DateTimeOffset today = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(today.AddDays(-30), today.AddDays(60));
    }
}
