#include "audit/archive/absent.h"

namespace vostro::audit {

Checked<IdSearch> search_id(Archive& archive, const genesis::Definition& definition, const Uuid& id,
                            const std::optional<Bic>& agent) {
  IdSearch search;
  LightChain chain(definition);
  const auto followed = follow(archive, chain, [&](Height height, const LightBlock& block) {
    search.ids += block.ids.size();
    for (const chain::OwnedId& name : block.ids)
      if (name.id == id && (!agent || name.owner == *agent))
        search.uses.push_back({height, chain.link().time, name});
  });
  if (!followed) return tl::unexpected<Finding>(followed.error());
  search.last = chain.link().height;
  search.block = Hash{chain.link().id.bytes};
  search.time = chain.link().time;
  return search;
}

}  // namespace vostro::audit
