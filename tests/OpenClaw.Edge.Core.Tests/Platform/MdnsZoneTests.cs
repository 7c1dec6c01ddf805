using System.Net;
using OpenClaw.Edge.Platform.Mdns;
using OpenClaw.Edge.Protocol.Mdns;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Platform;

public sealed class MdnsZoneTests
{
    private static readonly IPAddress Own = IPAddress.Parse("192.168.1.5");
    private static readonly MdnsOffer Service = new("_openclaw-gw._tcp", "box (OpenClaw)", "box", 18789, host => [$"lanHost={host}.local"]);
    private static readonly DnsName Type = DnsName.Of("_openclaw-gw._tcp.local");
    private readonly MdnsZone _zone = new(Service);

    [Fact]
    public void Question_for_the_type_brings_everything_needed_to_connect()
    {
        DnsMessage answer = _zone.Answer(Asks(Type, DnsType.Ptr), [Own])!;

        Assert.Equal(_zone.Instance, Assert.Single(answer.Answers).Target);
        Assert.Equal([DnsType.Srv, DnsType.Txt, DnsType.A], answer.Additionals.Select(record => record.Type));
    }

    [Fact]
    public void What_is_known_is_not_said_again()
    {
        DnsRecord known = DnsRecord.Ptr(Type, 4500, _zone.Instance);

        Assert.Null(_zone.Answer(Asks(Type, DnsType.Ptr) with { Answers = [known] }, [Own]));
        Assert.NotNull(_zone.Answer(Asks(Type, DnsType.Ptr) with { Answers = [known with { Ttl = 2000 }] }, [Own])); // soon forgotten
    }

    [Fact]
    public void Nobody_asks_and_nothing_is_said() => Assert.Null(_zone.Answer(Asks(DnsName.Of("_ipp._tcp.local"), DnsType.Ptr), [Own]));

    [Fact]
    public void Other_data_under_our_name_is_a_conflict_and_the_same_data_is_not()
    {
        Assert.False(_zone.ConflictsWith(Says(DnsRecord.Srv(_zone.Instance, 120, 18789, _zone.Host)), [Own], out _, out _));

        Assert.True(_zone.ConflictsWith(Says(DnsRecord.Srv(_zone.Instance, 120, 18789, DnsName.Of("other.local"))), [Own], out bool instance, out bool host));
        Assert.Equal((true, false), (instance, host));
        MdnsZone renamed = _zone.Renamed(instance, host);
        Assert.Equal("box (OpenClaw) (2)", renamed.Instance.Labels[0]);
        Assert.Equal("box", renamed.HostLabel);
    }

    [Fact]
    public void Address_of_another_machine_under_our_host_name_is_a_conflict()
    {
        DnsRecord theirs = new(_zone.Host, DnsType.A, 120, new byte[] { 192, 168, 1, 9 }, Unique: true);

        Assert.True(_zone.ConflictsWith(Says(theirs), [Own], out bool instance, out bool host));

        Assert.Equal((false, true), (instance, host));
        Assert.Equal("box-2", _zone.Renamed(instance, host).HostLabel);
        Assert.False(_zone.ConflictsWith(Says(theirs with { Ttl = 0 }), [Own], out _, out _)); // it says goodbye
        Assert.False(_zone.ConflictsWith(Says(theirs), [Own, IPAddress.Parse("192.168.1.9")], out _, out _)); // our other interface
    }

    [Fact]
    public void Of_two_that_probe_at_once_exactly_one_yields()
    {
        MdnsZone other = new(Service with { Port = 18790 });

        bool yields = _zone.YieldsTo(other.Probe([Own], unicast: true), [Own]);
        bool theyYield = other.YieldsTo(_zone.Probe([Own], unicast: true), [Own]);

        Assert.NotEqual(yields, theyYield);
        Assert.False(_zone.YieldsTo(_zone.Probe([Own], unicast: true), [Own])); // our own, come back
    }

    [Fact]
    public void Goodbye_takes_back_what_was_announced() =>
        Assert.All(_zone.Goodbye([Own]), record => Assert.Equal(0u, record.Ttl));

    [Fact]
    public void Services_are_put_together_from_records_of_several_answers()
    {
        IReadOnlyList<FoundOffer> found = MdnsBrowser.Services([.. _zone.All([Own]), .. _zone.All([IPAddress.Parse("fd00::5")])], Type);

        FoundOffer service = Assert.Single(found);
        Assert.Equal(("box (OpenClaw)", "box.local", 18789, "box.local"), (service.Instance, service.Host, service.Port, service.Text["lanhost"]));
        Assert.Equal([Own, IPAddress.Parse("fd00::5")], service.Addresses);
    }

    private static DnsMessage Asks(DnsName name, ushort type) => new() { Questions = [new DnsQuestion(name, type)] };

    private static DnsMessage Says(DnsRecord record) => new() { IsResponse = true, Answers = [record] };
}
