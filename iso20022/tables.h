/// The tables of the messages: which element is which field, and what becomes of it.
/// Internal to the house, its tests and the manual that is made from them.
#pragma once

#include "iso20022/codecs.h"
#include "iso20022/header.h"
#include "iso20022/initiation.h"
#include "iso20022/investigations.h"
#include "iso20022/reports.h"
#include "iso20022/statements.h"
#include "iso20022/transfers.h"

namespace vostro::iso20022 {

template <>
const Table& table_of<Header>();
template <>
const Table& table_of<Settlement>();
template <>
const Table& table_of<CustomerTransfers>();
template <>
const Table& table_of<BankTransfers>();
template <>
const Table& table_of<StatusReport>();
template <>
const Table& table_of<OrderReport>();
template <>
const Table& table_of<Returns>();
template <>
const Table& table_of<AccountMessage>();
template <>
const Table& table_of<InitiationMessage>();
template <>
const Table& table_of<CancellationRequest>();
template <>
const Table& table_of<CancellationAnswer>();

}  // namespace vostro::iso20022
