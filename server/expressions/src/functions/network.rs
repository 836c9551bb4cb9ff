//! Functions on network addresses.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use foreshock_resources::Value;

use super::{Answer, arg, list, text_arg, whole_arg};
use crate::failure::{Failure, fail};
use crate::types::number_of;

/// An address prefix: the address as a number, of `bits` in all.
#[derive(Clone, Copy)]
struct Prefix {
    address: u128,
    length: u32,
    bits: u32,
}

pub(super) fn call(name: &str, args: &[Value]) -> Answer {
    Some(match name {
        "cidrsubnet" => subnet(args),
        "cidrsubnets" => subnets(args),
        "cidrhost" => host(args),
        "cidrnetmask" => netmask(args),
        _ => return None,
    })
}

impl Prefix {
    fn parse(text: &str) -> Result<Prefix, Failure> {
        let wrong = || Failure::new(format!("{text:?} is no address prefix such as 10.0.0.0/16"));
        let (address, length) = text.split_once('/').ok_or_else(wrong)?;
        let length: u32 = length.parse().map_err(|_| wrong())?;
        let (address, bits) = match address.parse().map_err(|_| wrong())? {
            IpAddr::V4(address) => (u128::from(u32::from(address)), 32),
            IpAddr::V6(address) => (u128::from(address), 128),
        };
        if length > bits {
            return Err(wrong());
        }
        let prefix = Prefix { address, length, bits };
        Ok(Prefix { address: address & prefix.mask(), ..prefix })
    }

    fn mask(&self) -> u128 {
        let hosts = self.bits - self.length;
        let all = if self.bits == 128 { u128::MAX } else { (1 << self.bits) - 1 };
        if hosts >= 128 { 0 } else { all & (u128::MAX << hosts) }
    }

    fn text_of(&self, address: u128) -> String {
        if self.bits == 32 {
            return Ipv4Addr::from(address as u32).to_string();
        }
        Ipv6Addr::from(address).to_string()
    }

    fn text(&self) -> String {
        format!("{}/{}", self.text_of(self.address), self.length)
    }

    /// The `number`-th network of `more` additional bits.
    fn inner(&self, more: u32, number: u128) -> Result<Prefix, Failure> {
        let length = self.length + more;
        if length > self.bits {
            return fail(format!("{} has no room for {more} more bits", self.text()));
        }
        if more < 128 && number >= 1 << more {
            return fail(format!("{more} bits can't hold network number {number}"));
        }
        let shift = self.bits - length;
        let offset = if shift >= 128 { 0 } else { number << shift };
        Ok(Prefix { address: self.address | offset, length, bits: self.bits })
    }
}

fn bits(number: i64) -> Result<u32, Failure> {
    match u32::try_from(number) {
        Ok(bits) if bits <= 128 => Ok(bits),
        _ => fail(format!("{number} bits")),
    }
}

fn subnet(args: &[Value]) -> Result<Value, Failure> {
    let prefix = Prefix::parse(&text_arg(args, 0)?)?;
    let (more, number) = (bits(whole_arg(args, 1)?)?, whole_arg(args, 2)?);
    let Ok(number) = u128::try_from(number) else { return fail("a network number is not negative") };
    Ok(Value::string(prefix.inner(more, number)?.text()))
}

fn subnets(args: &[Value]) -> Result<Value, Failure> {
    let prefix = Prefix::parse(&text_arg(args, 0)?)?;
    let mut nets = Vec::new();
    // The first address not yet given away.
    let mut next = prefix.address;
    let end = prefix.inner(0, 0)?.address | !prefix.mask() & if prefix.bits == 128 { u128::MAX } else { (1 << 32) - 1 };
    let mut full = false;
    for more in args.get(1..).unwrap_or_default() {
        let more = bits(super::whole(number_of(&more.kind)?)?)?;
        let net = prefix.inner(more, 0)?;
        let hosts = net.bits - net.length;
        let size: u128 = if hosts >= 128 { 0 } else { 1 << hosts };
        let start = match size {
            0 => next,
            size => next.checked_add(size - 1).map_or(u128::MAX, |sum| sum & !(size - 1)),
        };
        let last = start.checked_add(size.wrapping_sub(1));
        match last {
            Some(last) if !full && last <= end => {
                nets.push(Value::string(Prefix { address: start, ..net }.text()));
                full = last == u128::MAX;
                next = last.wrapping_add(1);
            }
            _ => return fail(format!("{} has no room left", prefix.text())),
        }
    }
    Ok(list(nets))
}

fn host(args: &[Value]) -> Result<Value, Failure> {
    let prefix = Prefix::parse(&text_arg(args, 0)?)?;
    let number = whole_arg(args, 1)?;
    let hosts = prefix.bits - prefix.length;
    let size = if hosts >= 128 { u128::MAX } else { 1 << hosts };
    let distance = u128::from(number.unsigned_abs());
    if distance > size || (number >= 0 && distance >= size) {
        return fail(format!("{} has no host {number}", prefix.text()));
    }
    let offset = if number < 0 { size - distance } else { distance };
    Ok(Value::string(prefix.text_of(prefix.address | offset)))
}

fn netmask(args: &[Value]) -> Result<Value, Failure> {
    let prefix = Prefix::parse(&text_arg(args, 0)?)?;
    arg(args, 0)?;
    if prefix.bits != 32 {
        return fail("cidrnetmask takes an IPv4 prefix");
    }
    Ok(Value::string(prefix.text_of(prefix.mask())))
}
