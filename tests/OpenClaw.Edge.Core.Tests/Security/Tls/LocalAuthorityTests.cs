using System.Net;
using System.Security.Cryptography.X509Certificates;
using OpenClaw.Edge.Security.Tls;
using OpenClaw.Edge.TestKit;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Security.Tls;

public sealed class LocalAuthorityTests : IDisposable
{
    private static readonly HostNames Box = new(["localhost", "box", "box.local"], [IPAddress.Parse("192.168.1.5"), IPAddress.Parse("fd00::5")]);

    private readonly TempDir _folder = new();
    private readonly ManualTimeProvider _time = new(new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Leaf_is_trusted_by_whoever_trusts_the_authority_and_names_the_machine()
    {
        LocalAuthority authority = new(_folder.PathOf("tls"), _time);

        using X509Certificate2 leaf = authority.Leaf(Box);

        using X509Certificate2 root = X509Certificate2.CreateFromPem(authority.CertificatePem());
        using X509Chain chain = new();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(root);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTime = _time.GetUtcNow().UtcDateTime;
        Assert.True(chain.Build(leaf), string.Join(", ", chain.ChainStatus.Select(status => status.StatusInformation)));
        Assert.True(leaf.MatchesHostname("box.local"));
        Assert.True(leaf.MatchesHostname("192.168.1.5"));
        Assert.True(leaf.MatchesHostname("fd00::5"));
        Assert.False(leaf.MatchesHostname("other.local"));
        Assert.True(leaf.HasPrivateKey);
    }

    [Fact]
    public void Keys_are_for_their_owner_only()
    {
        LocalAuthority authority = new(_folder.PathOf("tls"), _time);

        authority.Leaf(Box).Dispose();

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder.PathOf("tls/ca.key")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder.PathOf("tls/leaf.key")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_folder.PathOf("tls")));
    }

    [Fact]
    public void Certificate_stays_the_same_across_starts_and_when_an_address_goes_away()
    {
        using X509Certificate2 first = new LocalAuthority(_folder.PathOf("tls"), _time).Leaf(Box);

        using X509Certificate2 second = new LocalAuthority(_folder.PathOf("tls"), _time).Leaf(Box with { Addresses = [] });

        Assert.Equal(first.Thumbprint, second.Thumbprint);
    }

    [Fact]
    public void New_address_makes_a_new_certificate_that_keeps_the_old_one()
    {
        LocalAuthority authority = new(_folder.PathOf("tls"), _time);
        using X509Certificate2 first = authority.Leaf(Box);

        using X509Certificate2 second = authority.Leaf(Box with { Addresses = [IPAddress.Parse("10.0.0.7")] });

        Assert.NotEqual(first.Thumbprint, second.Thumbprint);
        Assert.True(second.MatchesHostname("10.0.0.7"));
        Assert.True(second.MatchesHostname("192.168.1.5"));
        Assert.Equal(first.Issuer, second.Issuer);
    }

    [Fact]
    public void Leaf_is_renewed_before_it_ends_and_by_the_same_authority()
    {
        LocalAuthority authority = new(_folder.PathOf("tls"), _time);
        using X509Certificate2 first = authority.Leaf(Box);
        string root = authority.CertificatePem();
        _time.Advance(TimeSpan.FromDays(335));
        Assert.True(authority.IsFresh(first));
        _time.Advance(TimeSpan.FromDays(2));

        using X509Certificate2 second = authority.Leaf(Box);

        Assert.False(authority.IsFresh(first));
        Assert.NotEqual(first.Thumbprint, second.Thumbprint);
        Assert.True(second.NotAfter.ToUniversalTime() > _time.GetUtcNow().AddDays(390));
        Assert.Equal(root, authority.CertificatePem());
    }

    [Fact]
    public void Box_without_a_clock_makes_certificates_that_still_hold_when_the_time_comes()
    {
        ManualTimeProvider unset = new(new DateTimeOffset(1970, 1, 1, 0, 1, 0, TimeSpan.Zero));
        using X509Certificate2 leaf = new LocalAuthority(_folder.PathOf("tls"), unset).Leaf(Box);

        Assert.True(new LocalAuthority(_folder.PathOf("tls"), _time).IsFresh(leaf));
    }

    [Fact]
    public void Half_written_files_are_made_anew()
    {
        LocalAuthority authority = new(_folder.PathOf("tls"), _time);
        authority.Leaf(Box).Dispose();
        _folder.Write("tls/leaf.pem", "-----BEGIN CERTIFICATE-----\nMIIB");

        using X509Certificate2 leaf = authority.Leaf(Box);

        Assert.True(leaf.MatchesHostname("box.local"));
    }

    [Theory]
    [InlineData("box", new[] { "localhost", "box", "box.local" })]
    [InlineData("Box.Home.Arpa", new[] { "localhost", "box", "box.local", "box.home.arpa" })]
    [InlineData("not a name!", new[] { "localhost" })]
    [InlineData("", new[] { "localhost" })]
    public void Names_that_go_with_a_host_name(string host, string[] names) => Assert.Equal(names, HostNames.NamesOf(host));
}
