using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Security.Tls;

/// <summary>The certificate authority of this one machine: made at first use, kept in a private folder (keys 0600), and the certificate
/// that it gives to the gateway. Not thread-safe; owned by <see cref="TlsIdentity"/>.</summary>
public sealed class LocalAuthority(string folder, TimeProvider time)
{
    private const int AuthorityYears = 10;
    private const int LeafDays = 397; // what browsers take from public authorities
    private const int RenewDays = 60;

    // A box without a battery starts in 1970: certificates of that time would have expired when the time server answers.
    private static readonly DateTimeOffset Earliest = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The authority's certificate, for people to install; PEM. Throws what the files throw.</summary>
    public string CertificatePem()
    {
        using X509Certificate2 authority = Authority();
        return authority.ExportCertificatePem();
    }

    /// <summary>The gateway's certificate with its key: the one on disk while it holds, covers every name and address, and is this
    /// authority's; else a new one, which keeps the addresses of the old. The caller disposes it. Throws <see cref="IOException"/>,
    /// <see cref="UnauthorizedAccessException"/> or <see cref="CryptographicException"/>.</summary>
    public X509Certificate2 Leaf(HostNames names)
    {
        ArgumentNullException.ThrowIfNull(names);
        using X509Certificate2 authority = Authority();
        X509Certificate2? kept = Read("leaf");
        if (kept is not null && Holds(kept, authority, names))
        {
            return kept;
        }

        using (kept)
        {
            return Issue(authority, Joined(names, kept));
        }
    }

    /// <summary>Whether a certificate need not be renewed yet.</summary>
    public bool IsFresh(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        DateTimeOffset now = Now();
        return certificate.NotBefore.ToUniversalTime() <= now && now < certificate.NotAfter.ToUniversalTime().AddDays(-RenewDays);
    }

    /// <summary>Whether a certificate names an address.</summary>
    public static bool Covers(X509Certificate2 certificate, IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return NamesIn(certificate).Addresses.Contains(address);
    }

    private DateTimeOffset Now() => time.GetUtcNow() is var now && now < Earliest ? Earliest : now;

    private X509Certificate2 Authority()
    {
        X509Certificate2? kept = Read("ca");
        if (kept is not null && kept.NotAfter.ToUniversalTime() > Now().AddDays(LeafDays))
        {
            return kept;
        }

        kept?.Dispose();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN=OpenClaw on {Environment.MachineName}, O=OpenClaw.Edge", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        X509Certificate2 made = request.CreateSelfSigned(Earliest, Now().AddYears(AuthorityYears));
        Write("ca", made.ExportCertificatePem(), key);
        return made;
    }

    private X509Certificate2 Issue(X509Certificate2 authority, HostNames names)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={names.Dns[^1]}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false)); // server
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (string name in names.Dns)
        {
            alternatives.AddDnsName(name);
        }

        foreach (IPAddress address in names.Addresses)
        {
            alternatives.AddIpAddress(address);
        }

        request.CertificateExtensions.Add(alternatives.Build());
        DateTimeOffset now = Now();
        DateTimeOffset from = now.AddDays(-1) < Earliest ? Earliest : now.AddDays(-1); // a browser's clock may be behind
        byte[] serial = RandomNumberGenerator.GetBytes(16);
        serial[0] &= 0x7F;
        using X509Certificate2 signed = request.Create(authority, from, now.AddDays(LeafDays - 1), serial);
        X509Certificate2 made = signed.CopyWithPrivateKey(key);
        Write("leaf", made.ExportCertificatePem(), key);
        return made;
    }

    private bool Holds(X509Certificate2 leaf, X509Certificate2 authority, HostNames names)
    {
        HostNames has = NamesIn(leaf);
        return IsFresh(leaf) && leaf.IssuerName.RawData.AsSpan().SequenceEqual(authority.SubjectName.RawData)
            && KeyIdOf(leaf).AsSpan().SequenceEqual(SubjectKeyIdOf(authority))
            && names.Dns.All(has.Dns.Contains) && names.Addresses.All(has.Addresses.Contains);
    }

    private static byte[] KeyIdOf(X509Certificate2 leaf) =>
        leaf.Extensions.OfType<X509AuthorityKeyIdentifierExtension>().FirstOrDefault()?.KeyIdentifier?.ToArray() ?? [];

    private static byte[] SubjectKeyIdOf(X509Certificate2 authority) =>
        authority.Extensions.OfType<X509SubjectKeyIdentifierExtension>().FirstOrDefault()?.SubjectKeyIdentifierBytes.ToArray() ?? [];

    // An address that went away may come back tomorrow (DHCP): a certificate that keeps it need not be made again, and a pinned one holds.
    private static HostNames Joined(HostNames now, X509Certificate2? before)
    {
        const int MaxKept = 64;
        HostNames old = before is null ? new HostNames([], []) : NamesIn(before);
        return new HostNames(
            [.. now.Dns.Concat(old.Dns).Distinct().Take(MaxKept).Reverse()],
            [.. now.Addresses.Concat(old.Addresses).Distinct().Take(MaxKept)]);
    }

    private static HostNames NamesIn(X509Certificate2 certificate)
    {
        X509SubjectAlternativeNameExtension? names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        return names is null ? new HostNames([], []) : new HostNames([.. names.EnumerateDnsNames()], [.. names.EnumerateIPAddresses()]);
    }

    private X509Certificate2? Read(string name)
    {
        string certificate = Path.Combine(folder, $"{name}.pem");
        string key = Path.Combine(folder, $"{name}.key");
        try
        {
            return File.Exists(certificate) && File.Exists(key) ? X509Certificate2.CreateFromPemFile(certificate, key) : null;
        }
        catch (CryptographicException)
        {
            return null; // half-written or not ours: made anew
        }
    }

    private void Write(string name, string certificate, ECDsa key)
    {
        AtomicFile.CreateFolder(folder);
        AtomicFile.Write(Path.Combine(folder, $"{name}.key"), Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem() + "\n"));
        AtomicFile.Write(Path.Combine(folder, $"{name}.pem"), Encoding.ASCII.GetBytes(certificate + "\n"));
    }
}
